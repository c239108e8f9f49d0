import type { Value } from "./values";

/** The text of an array, map or row ended too early or late: it is not what it seemed. */
const unreadable = Symbol("unreadable");

/**
 * Reads what Athena writes for arrays (`[1, 2]`), maps and rows (`{a=1, b=x}`). That form does
 * not quote texts, so a text that holds `, ` or a bracket cannot be told from structure: this is
 * a best effort. `CAST(x AS JSON)` in the query gives the exact value. Text that does not read as
 * such a form comes back as it is.
 */
export function readNested(text: string): Value {
  const value = readValue(text);
  return value === unreadable ? text : value;
}

function readValue(text: string): Value | typeof unreadable {
  if (text.startsWith("[") && text.endsWith("]")) {
    const items = split(text.slice(1, -1))?.map(readValue);
    return items === undefined || items.includes(unreadable) ? unreadable : (items as Value[]);
  }
  if (text.startsWith("{") && text.endsWith("}")) return readEntries(text.slice(1, -1));
  return readScalar(text);
}

function readEntries(text: string): Value | typeof unreadable {
  const entries: [string, Value][] = [];
  for (const part of split(text) ?? [unreadable]) {
    const at = typeof part === "string" ? part.indexOf("=") : -1;
    if (part === unreadable || at < 0) return unreadable;
    const value = readValue((part as string).slice(at + 1));
    if (value === unreadable) return unreadable;
    entries.push([(part as string).slice(0, at), value]);
  }
  return Object.fromEntries(entries);
}

/** Splits at the commas of the outermost level; undefined where brackets do not match. */
function split(text: string): string[] | undefined {
  if (text === "") return [];
  const parts: string[] = [];
  const open: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "[" || char === "{") open.push(char === "[" ? "]" : "}");
    else if (char === "]" || char === "}") {
      if (open.pop() !== char) return undefined;
    } else if (char === "," && open.length === 0 && text.charAt(at + 1) === " ") {
      parts.push(text.slice(start, at));
      start = at + 2;
    }
  }
  parts.push(text.slice(start));
  return open.length === 0 ? parts : undefined;
}

/** A number where writing it back gives the same text; `null`, `true`, `false`; else text. */
function readScalar(text: string): Value {
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text !== "" && Number.isFinite(number) && String(number) === text ? number : text;
}
