import { invalidRequest } from "../../api-error";
import { cutSql, type SqlPiece } from "../sql-text";

/** A table's name as it was written, in lower case: the catalog knows no other. */
export interface TableName {
  database: string | undefined;
  name: string;
}

/** Reads a statement of Hive's grammar piece by piece, comments and spaces left out. */
export class TokenReader {
  private readonly pieces: readonly SqlPiece[];
  private at = 0;

  constructor(private readonly sql: string) {
    this.pieces = cutSql(sql).filter(({ kind }) => kind !== "space" && kind !== "comment");
  }

  get done(): boolean {
    return this.at >= this.pieces.length;
  }

  /** Whether these words come next, whatever their case; nothing is read. */
  sees(...words: string[]): boolean {
    return words.every((word, ahead) => {
      const piece = this.pieces[this.at + ahead];
      return piece?.kind === "word" && piece.text.toUpperCase() === word;
    });
  }

  /** Reads these words where they come next. */
  take(...words: string[]): boolean {
    if (!this.sees(...words)) return false;
    this.at += words.length;
    return true;
  }

  /** Reads these words. @throws ApiError InvalidRequestException where something else stands */
  expect(...words: string[]): void {
    for (const word of words) if (!this.take(word)) this.fail(word);
  }

  /** Reads a sign, `(` for one, where it comes next. */
  takeSign(sign: string): boolean {
    const piece = this.pieces[this.at];
    if (piece?.kind !== "other" || piece.text !== sign) return false;
    this.at += 1;
    return true;
  }

  expectSign(sign: string): void {
    if (!this.takeSign(sign)) this.fail(`'${sign}'`);
  }

  /** A name, bare or in quotes of either kind, in lower case. */
  name(): string {
    const piece = this.pieces[this.at];
    if (piece?.kind !== "word" && piece?.kind !== "quoted") return this.fail("a name");
    this.at += 1;
    if (piece.kind === "word") return piece.text.toLowerCase();
    const quote = piece.text[0] ?? '"';
    return piece.text
      .slice(1, -1)
      .replaceAll(quote + quote, quote)
      .toLowerCase();
  }

  /** `table`, `database.table`, or with the catalog's name before both. */
  table(): TableName {
    const parts = [this.name()];
    while (this.takeSign(".")) parts.push(this.name());
    if (parts.length === 3 && parts[0] === "awsdatacatalog") parts.shift();
    if (parts.length > 2) this.fail("database.table");
    const [first = "", second] = parts;
    return second === undefined
      ? { database: undefined, name: first }
      : { database: first, name: second };
  }

  /** A text in single or, as in Hive, double quotes; backslashes escape as Hive's do. */
  string(): string {
    const piece = this.pieces[this.at];
    const quote = piece?.text[0] ?? "";
    if (piece === undefined || (quote !== "'" && quote !== '"'))
      return this.fail("a text in quotes");
    this.at += 1;
    return unescapeHive(piece.text.slice(1, -1).replaceAll(quote + quote, quote));
  }

  /** A whole number. */
  integer(): number {
    const piece = this.pieces[this.at];
    if (piece?.kind !== "number" || !/^\d+$/.test(piece.text)) return this.fail("a number");
    this.at += 1;
    return Number(piece.text);
  }

  /** A literal as text: of a string its content, of anything else its letters. */
  literal(): string {
    const piece = this.pieces[this.at];
    if (piece?.kind === "string" || piece?.kind === "quoted") return this.string();
    const minus = this.takeSign("-") ? "-" : "";
    const next = this.pieces[this.at];
    if (next?.kind !== "number" && next?.kind !== "word") return this.fail("a value");
    this.at += 1;
    return minus + next.text;
  }

  /** The text as it was written up to one of these signs at this depth, which is not read. */
  until(...signs: string[]): string {
    const from = this.at;
    let depth = 0;
    for (; !this.done; this.at += 1) {
      const { text } = this.pieces[this.at] ?? { text: "" };
      if (depth === 0 && signs.includes(text)) break;
      if (text === "(" || text === "[") depth += 1;
      if (text === ")" || text === "]") depth -= 1;
      if (depth < 0) break;
    }
    if (from === this.at) this.fail("more");
    return this.sql.slice(this.pieces[from]?.start, this.endOf(this.at - 1));
  }

  /** All that is left, as it was written. */
  rest(): string {
    const text = this.sql.slice(this.pieces[this.at]?.start ?? this.sql.length).trim();
    this.at = this.pieces.length;
    return text;
  }

  /** A list in parentheses. */
  list<T>(item: () => T): T[] {
    this.expectSign("(");
    const items: T[] = [];
    do items.push(item());
    while (this.takeSign(","));
    this.expectSign(")");
    return items;
  }

  /** Says that the statement ends here. */
  end(): void {
    if (!this.done) this.fail("the end of the statement");
  }

  /** @throws ApiError InvalidRequestException, in the words of Athena's parser */
  fail(expected: string): never {
    const piece = this.pieces[this.at];
    const before = this.sql.slice(0, piece?.start ?? this.sql.length).split("\n");
    const place = `line ${before.length}:${(before.at(-1) ?? "").length + 1}`;
    const seen = piece === undefined ? "<EOF>" : piece.text;
    const words = `${place}: mismatched input '${seen}'. Expecting: ${expected}`;
    throw invalidRequest(words, "MALFORMED_QUERY");
  }

  private endOf(at: number): number {
    const piece = this.pieces[at];
    return piece === undefined ? 0 : piece.start + piece.text.length;
  }
}

/** `\t`, `\n`, `\001` and the like, as Hive reads them in a text. */
function unescapeHive(text: string): string {
  const named: Record<string, string> = {
    t: "\t",
    n: "\n",
    r: "\r",
    b: "\b",
    "0": "\0",
    Z: "\x1a",
  };
  return text.replaceAll(/\\([0-7]{3}|u[0-9a-fA-F]{4}|[\s\S])/g, (_, code: string) => {
    if (code.length === 3) return String.fromCharCode(parseInt(code, 8));
    if (code.length === 5) return String.fromCharCode(parseInt(code.slice(1), 16));
    return named[code] ?? code;
  });
}
