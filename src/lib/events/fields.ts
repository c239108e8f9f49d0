import { WorkbenchError } from "../errors";

/** A JSON object whose fields are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads the fields of one JSON object; each error names the field and the value seen. */
export class FieldReader {
  /**
   * @param what - what the object should be, for the error: "a GitHub event"
   * @param path - where the object lies in the whole, "" for the whole
   */
  constructor(
    private readonly fields: JsonObject,
    private readonly what: string,
    private readonly path = "",
  ) {}

  /** @throws {@link WorkbenchError} code BAD_INPUT if `value` is no JSON object */
  static of(value: unknown, what: string): FieldReader {
    if (!isJsonObject(value)) {
      throw new WorkbenchError("BAD_INPUT", `not ${what}: it is ${describeValue(value)}`);
    }
    return new FieldReader(value, what);
  }

  /** The object in a field. */
  reader(name: string): FieldReader {
    return new FieldReader(this.json(name), this.what, `${this.path}${name}.`);
  }

  /** The object in a field, or undefined where the field is missing or null. */
  optionalReader(name: string): FieldReader | undefined {
    const value = this.fields[name];
    return value === undefined || value === null ? undefined : this.reader(name);
  }

  /** A JSON object, as it is. */
  json(name: string): JsonObject {
    const value = this.fields[name];
    return isJsonObject(value) ? value : this.fail(name, value, "an object");
  }

  /** A string with something in it. */
  text(name: string): string {
    const value = this.fields[name];
    return typeof value === "string" && value !== "" ? value : this.fail(name, value, "a string");
  }

  /** A string, or null where the field is missing or null. */
  nullableText(name: string): string | null {
    return this.nullable(name, () => this.text(name));
  }

  /** An id that is kept as text: a string, or a whole number. */
  textId(name: string): string {
    const value = this.fields[name];
    if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
    return typeof value === "string" && value !== "" ? value : this.fail(name, value, "an id");
  }

  /** An id that is kept as a number: a whole number, or its digits in a string. */
  numericId(name: string): number {
    const value = this.fields[name];
    const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    return typeof number === "number" && Number.isSafeInteger(number) && number >= 0
      ? number
      : this.fail(name, value, "a whole number");
  }

  /** An id that is kept as a number, or null where the field is missing or null. */
  nullableNumericId(name: string): number | null {
    return this.nullable(name, () => this.numericId(name));
  }

  /** A number that is not negative, whole or not. */
  amount(name: string): number {
    const value = this.fields[name];
    return typeof value === "number" && Number.isFinite(value) && value >= 0
      ? value
      : this.fail(name, value, "a number from 0 on");
  }

  /** A moment in UTC, ISO 8601 with a Z. */
  instant(name: string): string {
    const value = this.fields[name];
    return typeof value === "string" && isInstant(value)
      ? value
      : this.fail(name, value, "a UTC time such as 2026-01-31T23:59:59Z");
  }

  /** A moment in UTC, or null where the field is missing or null. */
  nullableInstant(name: string): string | null {
    return this.nullable(name, () => this.instant(name));
  }

  /** One of a few strings. */
  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.fields[name];
    const choice = choices.find((one) => one === value);
    return choice ?? this.fail(name, value, `one of ${choices.join(", ")}`);
  }

  /** True or false, or undefined where the field is missing. */
  optionalFlag(name: string): boolean | undefined {
    const value = this.fields[name];
    if (value === undefined || typeof value === "boolean") return value;
    return this.fail(name, value, "true or false");
  }

  private nullable<T>(name: string, read: () => T): T | null {
    const value = this.fields[name];
    return value === undefined || value === null ? null : read();
  }

  private fail(name: string, value: unknown, expected: string): never {
    const field = `${this.path}${name}`;
    throw new WorkbenchError(
      "BAD_INPUT",
      value === undefined
        ? `not ${this.what}: ${field} is missing`
        : `not ${this.what}: ${field} is ${describeValue(value)}, not ${expected}`,
      { context: { field } },
    );
  }
}

/** Whether a value is a JSON object: no array, no null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text)) return false;
  const ms = Date.parse(text);
  // Date.parse rolls 30 February over into March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text.slice(0, 10);
}

function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
