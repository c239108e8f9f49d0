import type { TrinoType } from "../../trino/client";

/** Shows a value as Athena does; null is NULL. */
export type Renderer = (value: unknown) => string | null;

/**
 * How the values of a type are shown, from the JSON that Trino sends. To be made once for a column:
 * the type is taken apart here, not at each value.
 */
export function rendererFor(type: TrinoType): Renderer {
  const render = presentRenderer(type);
  return (value) => (value === null || value === undefined ? null : render(value));
}

function presentRenderer(type: TrinoType): (value: unknown) => string {
  switch (type.rawType) {
    case "double":
    case "real":
      return (value) => renderDouble(Number(value));
    case "timestamp":
    case "timestamp with time zone":
      return timestampRenderer(type);
    case "varbinary":
      return (value) => renderBytes(value as string);
    case "array":
      return arrayRenderer(type);
    case "map":
      return mapRenderer(type);
    case "row":
      return rowRenderer(type);
    default:
      return (value) => (typeof value === "string" ? value : JSON.stringify(value));
  }
}

/**
 * A double in Java's notation: `1.0`, `1.0E7`, `1.0E-5`. Java and JavaScript choose the same
 * digits, the shortest that name the number, and differ in where the exponent begins.
 *
 * @see https://docs.oracle.com/en/java/javase/25/docs/api/java.base/java/lang/Double.html#toString(double)
 */
export function renderDouble(value: number): string {
  if (!Number.isFinite(value))
    return Number.isNaN(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes(".") ? text : `${text}.0`;
  }
  const shortest = value.toExponential();
  // Java gives two digits at least, and takes the nearest of them.
  const text = shortest.includes(".") ? shortest : value.toExponential(1);
  return text.replace(/e\+?/, "E");
}

/** Athena shows three digits of a second at least, where a literal of Trino's may have none. */
function timestampRenderer({ arguments: [precision] }: TrinoType): (value: unknown) => string {
  if (precision?.kind !== "LONG" || precision.value >= 3) return (value) => value as string;
  return (value) =>
    (value as string).replace(
      /(:\d\d)(?:\.(\d{0,2}))?(?= |$)/,
      (_, seconds: string, digits = "") => `${seconds}.${String(digits).padEnd(3, "0")}`,
    );
}

/** `0a ff` from base64. */
function renderBytes(base64: string): string {
  return [...Buffer.from(base64, "base64")]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join(" ");
}

function arrayRenderer(type: TrinoType): (value: unknown) => string {
  const item = innerRenderers(type)[0] ?? renderUnknown;
  return (values) => `[${(values as unknown[]).map(item).join(", ")}]`;
}

function mapRenderer(type: TrinoType): (value: unknown) => string {
  const [key = renderUnknown, item = renderUnknown] = innerRenderers(type);
  return (values) => {
    const pairs = Object.entries(values as Readonly<Record<string, unknown>>).map(
      ([name, value]) => `${key(name)}=${item(value)}`,
    );
    return `{${pairs.join(", ")}}`;
  };
}

function rowRenderer(type: TrinoType): (value: unknown) => string {
  const names = type.arguments.map((argument, at) => {
    const name = argument.kind === "NAMED_TYPE" ? argument.value.fieldName?.name : undefined;
    return `${name ?? `field${at}`}=`;
  });
  const fields = innerRenderers(type);
  return (values) => {
    const texts = (values as unknown[]).map(
      (value, at) => `${names[at] ?? ""}${(fields[at] ?? renderUnknown)(value)}`,
    );
    return `{${texts.join(", ")}}`;
  };
}

/** Within another value a NULL is a word. */
function innerRenderer(type: TrinoType): (value: unknown) => string {
  const render = rendererFor(type);
  return (value) => render(value) ?? "null";
}

const renderUnknown = innerRenderer({ rawType: "unknown", arguments: [] });

function innerRenderers(type: TrinoType): ((value: unknown) => string)[] {
  return type.arguments.flatMap((argument) => {
    if (argument.kind === "TYPE") return [innerRenderer(argument.value)];
    return argument.kind === "NAMED_TYPE" ? [innerRenderer(argument.value.typeSignature)] : [];
  });
}
