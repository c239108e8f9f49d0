import { WorkbenchError } from "./errors";

const unitBytes: Readonly<Record<string, number>> = {
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
};

/**
 * Reads a number of bytes with the units AWS bills by: `100MB` (2^20 bytes a megabyte), `1.5 GB`.
 *
 * @param what - the option it came from, for the error
 * @throws {@link WorkbenchError} code USAGE
 */
export function parseByteSize(text: string, what: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([KMGT]B)$/i.exec(text.trim()) ?? [];
  const bytes = Math.round(Number(number) * (unitBytes[unit.toUpperCase()] ?? NaN));
  if (bytes > 0) return bytes;
  throw new WorkbenchError("USAGE", `${what} is ${JSON.stringify(text)}`, {
    hint: "give a number and a unit, such as 100MB or 1.5GB",
  });
}
