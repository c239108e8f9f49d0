import { ApiError } from "../../api-error";

/** A partition key as the table has it. */
export interface PartitionKey {
  Name: string;
  Type?: string | undefined;
}

/** Whether a partition with these values is meant. */
export type PartitionPredicate = (values: readonly string[]) => boolean;

type Token = { kind: "word" | "text" | "number" | "sign"; text: string };
type Value = string | number | bigint;

/** What Hive writes for a null. */
const hiveNull = "__HIVE_DEFAULT_PARTITION__";

const tokenPattern =
  /\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`([^`]*)`|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(<=|>=|<>|!=|[=<>(),]))/y;

/**
 * Reads the Expression of GetPartitions: comparisons of partition keys with values, `IN`,
 * `BETWEEN`, `LIKE`, `IS NULL`, joined by `AND`, `OR`, `NOT` and parentheses.
 *
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
 * @throws ApiError InvalidInputException naming what cannot be read
 */
export function readPartitionExpression(
  expression: string,
  keys: readonly PartitionKey[],
): PartitionPredicate {
  return new Reader(tokenize(expression), keys, expression).read();
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const from = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (match === null) throw wrong(text, `nothing known begins at character ${from + 1}`);
    const [, single, double, back, number, word, sign] = match;
    if (single !== undefined) tokens.push({ kind: "text", text: single.replaceAll("''", "'") });
    else if (double !== undefined)
      tokens.push({ kind: "text", text: double.replaceAll('""', '"') });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
    else tokens.push({ kind: "word", text: back ?? word ?? "" });
  }
  return tokens;
}

class Reader {
  #at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly keys: readonly PartitionKey[],
    private readonly expression: string,
  ) {}

  read(): PartitionPredicate {
    const predicate = this.#or();
    const rest = this.tokens[this.#at];
    if (rest !== undefined) throw this.#wrong(`${rest.text} is not expected there`);
    return predicate;
  }

  #or(): PartitionPredicate {
    const parts = [this.#and()];
    while (this.#takeWord("or")) parts.push(this.#and());
    return (values) => parts.some((part) => part(values));
  }

  #and(): PartitionPredicate {
    const parts = [this.#not()];
    while (this.#takeWord("and")) parts.push(this.#not());
    return (values) => parts.every((part) => part(values));
  }

  #not(): PartitionPredicate {
    if (this.#takeWord("not")) {
      const inner = this.#not();
      return (values) => !inner(values);
    }
    if (this.#takeSign("(")) {
      const inner = this.#or();
      this.#needSign(")");
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): PartitionPredicate {
    const first = this.#next();
    if (first.kind !== "word") {
      // `'2024' <= year`: the same the other way round.
      const sign = this.#comparisonSign();
      const key = this.#key(this.#next());
      const value = this.#value(key, first);
      return key.test((own) => compareBy(flip(sign), own, value));
    }
    const key = this.#key(first);
    if (this.#takeWord("is")) {
      const negated = this.#takeWord("not");
      if (!this.#takeWord("null")) throw this.#wrong("IS is followed by NULL or NOT NULL");
      return (values) => (values[key.index] === hiveNull) !== negated;
    }
    const negated = this.#takeWord("not");
    const predicate = this.#rest(key);
    return negated ? (values) => !predicate(values) : predicate;
  }

  #rest(key: Key): PartitionPredicate {
    if (this.#takeWord("in")) {
      this.#needSign("(");
      const wanted = [this.#value(key, this.#next())];
      while (this.#takeSign(",")) wanted.push(this.#value(key, this.#next()));
      this.#needSign(")");
      return key.test((own) => wanted.some((value) => own === value));
    }
    if (this.#takeWord("between")) {
      const least = this.#value(key, this.#next());
      if (!this.#takeWord("and")) throw this.#wrong("BETWEEN has no AND");
      const most = this.#value(key, this.#next());
      return key.test((own) => own >= least && own <= most);
    }
    if (this.#takeWord("like")) {
      const pattern = likePattern(this.#next().text);
      return (values) => pattern.test(values[key.index] ?? "");
    }
    const sign = this.#comparisonSign();
    const value = this.#value(key, this.#next());
    return key.test((own) => compareBy(sign, own, value));
  }

  #key(token: Token): Key {
    const name = token.text.toLowerCase();
    const index = this.keys.findIndex((key) => key.Name.toLowerCase() === name);
    if (token.kind !== "word" || index < 0) {
      throw this.#wrong(`${token.text} is no partition key`);
    }
    const read = readerOf(this.keys[index]?.Type);
    return {
      index,
      read,
      test: (holds) => (values) => {
        const text = values[index];
        if (text === undefined || text === hiveNull) return false;
        const own = read(text);
        return own !== undefined && holds(own);
      },
    };
  }

  #value(key: Key, { kind, text }: Token): Value {
    // `date '2024-01-01'`, `timestamp '…'`
    const literal =
      kind === "word" && ["date", "timestamp"].includes(text.toLowerCase())
        ? this.#next()
        : { kind, text };
    const value = literal.kind === "word" ? undefined : key.read(literal.text);
    if (value === undefined) throw this.#wrong(`${literal.text} is no value of the key's type`);
    return value;
  }

  #comparisonSign(): string {
    const token = this.#next();
    if (token.kind === "sign" && !["(", ")", ","].includes(token.text)) return token.text;
    throw this.#wrong(`${token.text} is no comparison`);
  }

  #next(): Token {
    const token = this.tokens[this.#at];
    if (token === undefined) throw this.#wrong("it ends too early");
    this.#at += 1;
    return token;
  }

  #takeWord(word: string): boolean {
    const token = this.tokens[this.#at];
    const found = token?.kind === "word" && token.text.toLowerCase() === word;
    if (found) this.#at += 1;
    return found;
  }

  #takeSign(sign: string): boolean {
    const token = this.tokens[this.#at];
    const found = token?.kind === "sign" && token.text === sign;
    if (found) this.#at += 1;
    return found;
  }

  #needSign(sign: string): void {
    if (!this.#takeSign(sign)) throw this.#wrong(`${sign} is missing`);
  }

  #wrong(words: string): ApiError {
    return wrong(this.expression, words);
  }
}

interface Key {
  index: number;
  read(text: string): Value | undefined;
  test(holds: (own: Value) => boolean): PartitionPredicate;
}

/** How texts of a column's type are compared: as numbers, or letter by letter as dates can be too. */
function readerOf(type: string | undefined): (text: string) => Value | undefined {
  const name = (type ?? "string").toLowerCase().replace(/\(.*$/, "");
  if (["tinyint", "smallint", "int", "integer", "bigint", "long"].includes(name)) {
    return (text) => (/^-?\d+$/.test(text.trim()) ? BigInt(text.trim()) : undefined);
  }
  if (["decimal", "float", "double"].includes(name)) {
    return (text) =>
      text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
  }
  return (text) => text;
}

function compareBy(sign: string, own: Value, value: Value): boolean {
  switch (sign) {
    case "=":
      return own === value;
    case "<>":
    case "!=":
      return own !== value;
    case "<":
      return own < value;
    case "<=":
      return own <= value;
    case ">":
      return own > value;
    default:
      return own >= value;
  }
}

function flip(sign: string): string {
  return { "<": ">", "<=": ">=", ">": "<", ">=": "<=" }[sign] ?? sign;
}

function likePattern(text: string): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("%", ".*").replaceAll("_", ".")}$`, "s");
}

function wrong(expression: string, words: string): ApiError {
  return new ApiError("InvalidInputException", `Unsupported expression '${expression}': ${words}`);
}
