/** What the simulator can answer in place of what it should. */
export type FaultKind =
  "500" | "502" | "html" | "cut" | "truncated" | "reset" | "secondary" | "429" | "slow" | "hang";

/** One fault; `value` is seconds of `Retry-After`, or milliseconds that an answer takes. */
export interface Fault {
  kind: FaultKind;
  value: number;
}

/** Every so many answers, one of the faults, in turn. */
export interface FaultScript {
  every: number;
  faults: readonly Fault[];
}

/** Each kind of fault, with its value where the script gives none. */
export const defaultFaultValues: Readonly<Record<FaultKind, number>> = {
  "500": 0,
  "502": 0,
  html: 0,
  cut: 0,
  truncated: 0,
  reset: 0,
  secondary: 2,
  "429": 2,
  slow: 3000,
  hang: 120_000,
};

const scriptText =
  "a script of faults is EVERY:KIND,KIND…, such as 5:500,html,cut,secondary=2, or 5:all";

/**
 * Reads a script of faults: `5:500,502,html,cut,truncated,reset,secondary=2,429,slow=3000` or
 * `5:all`, or the same as JSON, `{"every":5,"faults":["500","secondary=2"]}`.
 *
 * @throws RangeError that names what cannot be read
 * @example
 * ```ts
 * parseFaults("5:reset,secondary=2");
 * ```
 */
export function parseFaults(text: string): FaultScript {
  const { every, kinds } = text.trim().startsWith("{") ? parseJson(text) : parseCompact(text);
  if (!Number.isInteger(every) || every < 1) {
    throw new RangeError(`${JSON.stringify(text)}: ${scriptText}`);
  }
  // "all" leaves out hang, which takes minutes.
  const named = kinds.flatMap((kind) =>
    kind === "all" ? Object.keys(defaultFaultValues).filter((name) => name !== "hang") : [kind],
  );
  if (named.length === 0)
    throw new RangeError(`${JSON.stringify(text)} has no fault; ${scriptText}`);
  return { every, faults: named.map(parseFault) };
}

function parseFault(text: string): Fault {
  const [kind = "", valueText] = text.trim().split("=", 2);
  if (!isFaultKind(kind)) {
    const known = Object.keys(defaultFaultValues).join(", ");
    throw new RangeError(`${JSON.stringify(kind)} is no fault; there are ${known}`);
  }
  const value = valueText === undefined ? defaultFaultValues[kind] : Number(valueText);
  if (valueText?.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new RangeError(`${JSON.stringify(text)}: the value of a fault is a number from 0`);
  }
  return { kind, value };
}

function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(defaultFaultValues, text);
}

function parseCompact(text: string): { every: number; kinds: string[] } {
  const [every = "", kinds = "all"] = text.split(":", 2);
  return { every: Number(every), kinds: kinds.split(",") };
}

function parseJson(text: string): { every: number; kinds: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${text} is not JSON (${String(error)}); ${scriptText}`, { cause: error });
  }
  const { every, faults = ["all"] } = value as { every?: unknown; faults?: unknown };
  if (!Array.isArray(faults)) throw new RangeError(`${text}: faults is no list; ${scriptText}`);
  return { every: Number(every), kinds: faults.map(String) };
}
