import type { QueryParameter } from "../../lib/athena/parameters";

/**
 * A `--param` as the value it reads as: a number, `true`, `false`, `null`, else text. A text that
 * would read as one of those is put in single quotes: `--param "'7'"`.
 */
export function readParam(text: string): QueryParameter {
  if (/^-?\d+$/.test(text)) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }
  if (/^-?\d+\.\d+$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  return /^'.*'$/s.test(text) && text.length >= 2 ? text.slice(1, -1) : text;
}
