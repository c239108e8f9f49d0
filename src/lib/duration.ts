import { WorkbenchError } from "./errors";

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Reads a duration: a number and a unit (`ms`, `s`, `m`, `h`, `d`), several joined: `90s`, `1h30m`.
 *
 * @param what - the option or setting it came from, for the error
 * @returns milliseconds, more than 0
 * @throws {@link WorkbenchError} code USAGE
 */
export function parseDurationMs(text: string, what: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  const totalMs = parts.reduce(
    (sum, part) => sum + Number(part[1]) * (unitMs[part[2] ?? ""] ?? 0),
    0,
  );
  if (parts.map((part) => part[0]).join("") !== text || totalMs <= 0) {
    throw new WorkbenchError("USAGE", `${what} is ${JSON.stringify(text)}`, {
      hint: "give a number and a unit, such as 30s, 10m or 1h30m",
    });
  }
  return totalMs;
}
