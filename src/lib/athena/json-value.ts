import { randomUUID } from "node:crypto";
import type { Value } from "./values";

/** Stands for an integer that a double cannot hold; nobody outside can write it. */
const marker = randomUUID();
/** A text, or a number: in a text, digits are no number. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/**
 * The value of a JSON text. An integer beyond 2^53 is a bigint, where `JSON.parse` alone would give
 * another number. What is no JSON comes back as it is.
 */
export function readJson(text: string): Value {
  try {
    if (!/\d{16}/.test(text)) return JSON.parse(text) as Value;
    const marked = text.replaceAll(tokens, (token) =>
      /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token))
        ? `"${marker}${token}"`
        : token,
    );
    return JSON.parse(marked, (_name, value: unknown) =>
      typeof value === "string" && value.startsWith(marker)
        ? BigInt(value.slice(marker.length))
        : value,
    ) as Value;
  } catch {
    return text;
  }
}
