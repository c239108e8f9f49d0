import type { TrinoType } from "../../trino/client";

/**
 * A value as Athena shows it in a result, from the JSON that Trino sends.
 *
 * @returns null for NULL
 */
export function renderValue(value: unknown, type: TrinoType): string | null {
  if (value === null || value === undefined) return null;
  switch (type.rawType) {
    case "double":
    case "real":
      return renderDouble(Number(value));
    case "timestamp":
    case "timestamp with time zone":
      return renderTimestamp(value as string, type);
    case "varbinary":
      return renderBytes(value as string);
    case "array":
      return renderArray(value as unknown[], type);
    case "map":
      return renderMap(value as Record<string, unknown>, type);
    case "row":
      return renderRow(value as unknown[], type);
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
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
function renderTimestamp(text: string, type: TrinoType): string {
  const [precision] = type.arguments;
  if (precision?.kind !== "LONG" || precision.value >= 3) return text;
  return text.replace(/(:\d\d)(?:\.(\d{0,2}))?(?= |$)/, (_, seconds: string, digits = "") => {
    return `${seconds}.${String(digits).padEnd(3, "0")}`;
  });
}

/** `0a ff` from base64. */
function renderBytes(base64: string): string {
  return [...Buffer.from(base64, "base64")]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join(" ");
}

function renderArray(values: readonly unknown[], type: TrinoType): string {
  const [item = unknownType] = innerTypes(type);
  return `[${values.map((value) => renderInner(value, item)).join(", ")}]`;
}

function renderMap(values: Readonly<Record<string, unknown>>, type: TrinoType): string {
  const [key = unknownType, item = unknownType] = innerTypes(type);
  const pairs = Object.entries(values).map(
    ([name, value]) => `${renderInner(name, key)}=${renderInner(value, item)}`,
  );
  return `{${pairs.join(", ")}}`;
}

function renderRow(values: readonly unknown[], type: TrinoType): string {
  const fields = type.arguments.map((argument, at) => {
    const name = argument.kind === "NAMED_TYPE" ? argument.value.fieldName?.name : undefined;
    return `${name ?? `field${at}`}=`;
  });
  const types = innerTypes(type);
  const texts = values.map((value, at) => {
    return `${fields[at] ?? ""}${renderInner(value, types[at] ?? unknownType)}`;
  });
  return `{${texts.join(", ")}}`;
}

function renderInner(value: unknown, type: TrinoType): string {
  return renderValue(value, type) ?? "null";
}

const unknownType: TrinoType = { rawType: "unknown", arguments: [] };

function innerTypes(type: TrinoType): TrinoType[] {
  return type.arguments.flatMap((argument) => {
    if (argument.kind === "TYPE") return [argument.value];
    return argument.kind === "NAMED_TYPE" ? [argument.value.typeSignature] : [];
  });
}
