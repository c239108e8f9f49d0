/** A piece of SQL text: what it is, and where it lies. */
export interface SqlPiece {
  kind: "space" | "comment" | "string" | "quoted" | "word" | "number" | "semicolon" | "other";
  text: string;
  start: number;
}

/** Alternatives in the order they are tried; an unclosed literal or comment runs to the end. */
const pattern = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<comment>--[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    String.raw`(?<string>'(?:[^']|'')*(?:'|$))`,
    String.raw`(?<quoted>"(?:[^"]|"")*(?:"|$)|\x60(?:[^\x60]|\x60\x60)*(?:\x60|$))`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<number>\d[\p{L}\p{N}_.]*)`,
    String.raw`(?<semicolon>;)`,
    String.raw`(?<other>[\s\S])`,
  ].join("|"),
  "gu",
);

/** Cuts SQL into pieces, so that a `;` or a word in a literal or a comment is not taken for one. */
export function cutSql(sql: string): SqlPiece[] {
  const pieces: SqlPiece[] = [];
  for (const match of sql.matchAll(pattern)) {
    const groups: Record<string, string | undefined> = match.groups ?? {};
    const found = Object.entries(groups).find(([, text]) => text !== undefined);
    const kind = (found?.[0] ?? "other") as SqlPiece["kind"];
    pieces.push({ kind, text: match[0], start: match.index });
  }
  return pieces;
}

/**
 * Removes the `;` at the end, which Trino's grammar does not have, with what follows it.
 *
 * @returns the statement, or the reason why there is not exactly one
 */
export function trimStatement(sql: string): { sql: string } | { problem: string } {
  const pieces = cutSql(sql);
  const meaningful = pieces.filter(({ kind }) => kind !== "space" && kind !== "comment");
  if (meaningful.every(({ kind }) => kind === "semicolon")) {
    return { problem: "Query string is empty" };
  }
  const first = meaningful.findIndex(({ kind }) => kind === "semicolon");
  if (first < 0) return { sql: sql.trim() };
  if (meaningful.slice(first).some(({ kind }) => kind !== "semicolon")) {
    return { problem: `Only one sql statement is allowed. Got: ${sql.trim()}` };
  }
  return { sql: sql.slice(0, meaningful[first]?.start).trim() };
}

/** The statement's words in upper case, without comments, literals and the parentheses around. */
export function leadingWords(sql: string, count: number): string[] {
  const words: string[] = [];
  for (const { kind, text } of cutSql(sql)) {
    if (kind === "space" || kind === "comment" || (text === "(" && words.length === 0)) continue;
    if (kind !== "word" || words.length === count) break;
    words.push(text.toUpperCase());
  }
  return words;
}

/** Whether a word stands in the statement outside of literals, names in quotes and comments. */
export function hasWord(sql: string, word: string): boolean {
  return cutSql(sql).some(({ kind, text }) => kind === "word" && text.toUpperCase() === word);
}

/** A statement with `?` and its parameters, each a SQL literal as Athena takes them. */
export function bindParameters(sql: string, parameters: readonly string[]): string {
  if (parameters.length === 0) return sql;
  const text = sql.replaceAll("'", "''");
  // A line each: a comment in one must not swallow the next.
  return `EXECUTE IMMEDIATE '${text}' USING\n${parameters.join(",\n")}`;
}

/** Names in backticks, as Athena's DDL has them, in the quotes that Trino knows. */
export function quoteBackticks(sql: string): string {
  return cutSql(sql)
    .map(({ kind, text }) => {
      if (kind !== "quoted" || !text.startsWith("`")) return text;
      return `"${text.slice(1, -1).replaceAll("``", "`").replaceAll('"', '""')}"`;
    })
    .join("");
}

/** A name in Trino's quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a literal of Trino's. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
