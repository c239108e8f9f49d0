import type TypeScript from "typescript";

/** A place in a cell, as tslab tells it of a complaint. */
export interface CellPosition {
  /** Characters from the beginning. */
  offset: number;
  /** From 0. */
  line: number;
  character: number;
}

/** What tslab has to be told of a cell. */
export interface CellSource {
  /** The cell with every shorthand `{ name }` written out. */
  text: string;
  /** Whether it has an `await`, or a `for await`, outside of all functions. */
  awaits: boolean;
  /** The same place in the cell as it was written. */
  toWritten: (position: CellPosition) => CellPosition;
}

interface Insertion {
  /** Where, in the cell as it was written. */
  offset: number;
  line: number;
  text: string;
}

/**
 * Reads a cell as the module that it is to its author.
 *
 * @param ts - the compiler that will compile the cell
 * @example
 * ```ts
 * readCell(ts, "f({ df }, await (g()))"); // { text: "f({ df: df }, await (g()))", awaits: true, … }
 * ```
 */
export function readCell(ts: typeof TypeScript, source: string): CellSource {
  // What exports is a module: in one, `await (x)` is no call of a function named await.
  const module = `${source}\nexport {};`;
  const file = ts.createSourceFile("cell.ts", module, ts.ScriptTarget.ES2022, true);
  const insertions: Insertion[] = [];
  let awaits = false;
  const visit = (node: TypeScript.Node, inFunction: boolean): void => {
    if (!inFunction && isAwait(ts, node)) awaits = true;
    if (ts.isShorthandPropertyAssignment(node)) {
      const offset = node.name.getEnd();
      const { line } = file.getLineAndCharacterOfPosition(offset);
      insertions.push({ offset, line, text: `: ${node.name.text}` });
    }
    const isFunction = ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node);
    ts.forEachChild(node, (child) => {
      visit(child, inFunction || isFunction);
    });
  };
  visit(file, false);
  return {
    text: insertAll(source, insertions),
    awaits,
    toWritten: (position) => toWritten(position, insertions),
  };
}

function isAwait(ts: typeof TypeScript, node: TypeScript.Node): boolean {
  return (
    ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)
  );
}

function insertAll(source: string, insertions: readonly Insertion[]): string {
  let text = "";
  let from = 0;
  for (const insertion of insertions) {
    text += source.slice(from, insertion.offset) + insertion.text;
    from = insertion.offset;
  }
  return text + source.slice(from);
}

function toWritten(position: CellPosition, insertions: readonly Insertion[]): CellPosition {
  let { offset, character } = position;
  for (const insertion of insertions) {
    const inserted = Math.min(insertion.text.length, offset - insertion.offset);
    if (inserted <= 0) break;
    offset -= inserted;
    if (insertion.line === position.line) character -= inserted;
  }
  return { ...position, offset, character };
}
