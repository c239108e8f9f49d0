import { WorkbenchError } from "../errors";
import { cellText, type Notebook, type NotebookCell } from "./notebooks";

/** The tag of cells whose constants can be set from outside. */
const parametersTag = "parameters";

const literal = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?[\d_]+(?:\.\d+)?|true|false|undefined`;
/** `const name: type = literal; // words`, one a line. */
const declaration = new RegExp(
  String.raw`^(\s*(?:const|let)\s+([A-Za-z_$][\w$]*)\s*(?::[^=]+)?=\s*)(${literal})(\s*;?\s*(?://.*)?)$`,
);

/** A constant that can be set from outside, with the literal the notebook gives it. */
export interface Parameter {
  name: string;
  literal: string;
  /** The words behind it on its line. */
  meaning: string;
}

/** The parameters of a notebook: literal constants of the cells tagged `parameters`. */
export function listParameters(notebook: Notebook): Parameter[] {
  return notebook.cells.filter(hasParameters).flatMap((cell) =>
    cellText(cell)
      .split("\n")
      .flatMap((line) => {
        const match = declaration.exec(line);
        if (match === null) return [];
        const [, , name = "", given = "", after = ""] = match;
        return [{ name, literal: given, meaning: after.replace(/^\s*;?\s*(\/\/)?\s*/, "") }];
      }),
  );
}

/** The value of a literal as people write it after `--set`: a text without its quotes. */
export function literalText(literal: string): string {
  if (literal.startsWith('"')) return JSON.parse(literal) as string;
  if (literal.startsWith("'")) return literal.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  return /^-?\d/.test(literal) ? literal.replaceAll("_", "") : literal;
}

/**
 * A copy of the notebook with parameters set. A value is written as a literal of the kind the
 * notebook has there, so that it stays a value whatever it contains.
 *
 * @throws {@link WorkbenchError} code USAGE for a name the notebook does not have, or a value of
 *   another kind
 */
export function setParameters(
  notebook: Notebook,
  values: Readonly<Record<string, string>>,
  notebookName: string,
): Notebook {
  const known = listParameters(notebook);
  for (const name of Object.keys(values)) {
    if (known.some((parameter) => parameter.name === name)) continue;
    const names = known.map((parameter) => parameter.name).join(", ");
    throw new WorkbenchError("USAGE", `${notebookName} has no parameter ${name}`, {
      hint: names === "" ? "it has none" : `its parameters: ${names}`,
    });
  }
  const cells = notebook.cells.map((cell) => {
    if (!hasParameters(cell)) return cell;
    const lines = cellText(cell).split("\n");
    return { ...cell, source: lines.map((line) => setLine(line, values)).join("\n") };
  });
  return { ...notebook, cells };
}

/**
 * Reads `NAME=VALUE` pairs as the command line takes them.
 *
 * @throws {@link WorkbenchError} code USAGE for a pair without `=` or the same name twice
 */
export function parseSetOptions(pairs: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at < 1 || name === "") {
      throw new WorkbenchError("USAGE", `--set ${pair} is not NAME=VALUE`);
    }
    if (Object.hasOwn(values, name)) {
      throw new WorkbenchError("USAGE", `--set ${name} is given twice`);
    }
    values[name] = pair.slice(at + 1);
  }
  return values;
}

function hasParameters(cell: NotebookCell): boolean {
  return cell.cell_type === "code" && cell.metadata.tags?.includes(parametersTag) === true;
}

function setLine(line: string, values: Readonly<Record<string, string>>): string {
  const match = declaration.exec(line);
  if (match === null) return line;
  const [, before = "", name = "", given = "", after = ""] = match;
  if (!Object.hasOwn(values, name)) return line;
  return before + writeLiteral(name, given, values[name] ?? "") + after;
}

function writeLiteral(name: string, given: string, value: string): string {
  if (given === "true" || given === "false") {
    if (value === "true" || value === "false") return value;
    throw new WorkbenchError("USAGE", `--set ${name} takes true or false, not ${value}`);
  }
  if (/^-?\d/.test(given)) {
    if (/^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return String(Number(value));
    throw new WorkbenchError("USAGE", `--set ${name} takes a number, not ${JSON.stringify(value)}`);
  }
  return JSON.stringify(value);
}
