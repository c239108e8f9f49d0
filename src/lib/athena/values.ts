import { readJson } from "./json-value";
import { readNested } from "./nested";

/** A typed value of a result. */
export type Value =
  string | number | bigint | boolean | null | readonly Value[] | { readonly [name: string]: Value };

/** A row: its values by column name. */
export type Row = Record<string, Value>;

/**
 * The typed values of a result, a list for each column: what a frame is made from, in half the time
 * and memory that an object for each row takes.
 */
export type ColumnValues = readonly (readonly Value[])[];

/** A column of a result. */
export interface Column {
  /** Unique in its result: a repeated name gets a number (`count`, `count_2`). */
  name: string;
  /** Athena's type: `varchar`, `bigint`, `timestamp`, `decimal(10,2)`, … */
  type: string;
}

/** Turns the text of a value that is not null into the value. */
export type Reader = (text: string) => Value;

/** Any decimal of this many digits survives in a double. */
const exactDigits = 15;

/**
 * How texts of a type are read:
 *
 * - `tinyint` to `bigint`: a number where it is safe, a bigint beyond 2^53;
 * - `decimal(p, s)`: a number where `p` ≤ 15, exact; beyond, its digits as a text;
 * - `double`, `float`, `real`: a number, NaN and infinities too;
 * - `date`: "2021-07-21"; `timestamp`: ISO 8601 in UTC with a `Z`, a fraction where there is one
 *   ("2021-07-21T08:00:00Z"): it sorts, it is JSON, and `new Date(…)` takes it. A timestamp
 *   without a zone is taken as UTC, as the workbench writes them; one in a named zone that is not
 *   UTC stays as Athena wrote it;
 * - `json`: the value, its integers exact (see {@link readJson}); arrays, maps and rows: see {@link readNested};
 * - all else: text.
 *
 * @param precision - the digits of a decimal, as Athena tells them
 */
export function readerFor(type: string, precision?: number): Reader {
  switch (type.replace(/\(.*$/, "").trim().toLowerCase()) {
    case "tinyint":
    case "smallint":
    case "integer":
    case "int":
    case "bigint":
      return readInteger;
    case "double":
    case "float":
    case "real":
      return readDouble;
    case "decimal": {
      const digits = precision ?? Number(/\((\d+)/.exec(type)?.[1] ?? Infinity);
      return digits <= exactDigits ? Number : String;
    }
    case "boolean":
      return (text) => text === "true";
    case "timestamp":
    case "timestamp with time zone":
      return readTimestamp;
    case "json":
      return readJson;
    case "array":
    case "map":
    case "row":
    case "struct":
      return readNested;
    default:
      return String;
  }
}

function readInteger(text: string): Value {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  return /^-?\d+$/.test(text) ? BigInt(text) : text;
}

function readDouble(text: string): Value {
  if (text === "Infinity" || text === "-Infinity") return Number(text);
  return Number(text);
}

const timestampForm =
  /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?: ?(UTC|Z|Etc\/UTC|[+-]\d{2}:\d{2}))?$/;

function readTimestamp(text: string): Value {
  const [, day, time, fraction = "", zone = "UTC"] = timestampForm.exec(text) ?? [];
  if (day === undefined || time === undefined) return text;
  const digits = fraction.replace(/0+$/, "");
  const tail = digits === "" ? "Z" : `.${digits}Z`;
  if (!/^[+-]/.test(zone)) return `${day}T${time}${tail}`;
  // The offset is in whole minutes, so the fraction stays as it is.
  const shifted = new Date(`${day}T${time}${zone}`);
  return `${shifted.toISOString().slice(0, 19)}${tail}`;
}
