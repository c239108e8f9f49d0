import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A cell: a string is prose, a list of lines is code. */
export type TrialCell = string | readonly string[];

/** Writes a notebook into a new folder; returns its path. */
export function writeNotebook(name: string, cells: readonly TrialCell[]): string {
  const notebook = {
    cells: cells.map((cell, index) =>
      typeof cell === "string"
        ? { cell_type: "markdown", id: `c${index}`, metadata: {}, source: cell }
        : {
            cell_type: "code",
            id: `c${index}`,
            metadata: {},
            source: cell.join("\n"),
            outputs: [],
            execution_count: null,
          },
    ),
    metadata: { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  const path = join(mkdtempSync(join(tmpdir(), "notebook-")), `${name}.ipynb`);
  writeFileSync(path, JSON.stringify(notebook));
  return path;
}
