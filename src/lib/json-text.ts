/** A value as JSON on one line; a bigint, which JSON does not know, as its digits in a text. */
export function toJsonText(value: unknown): string {
  try {
    // A replacer is asked of every value, and costs three times the writing.
    return JSON.stringify(value);
  } catch {
    return JSON.stringify(value, (_key, item: unknown) =>
      typeof item === "bigint" ? item.toString() : item,
    );
  }
}
