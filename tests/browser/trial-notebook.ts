import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installationDir } from "../../src/lib/config/sources";

/** A cell: a string is prose, a list of lines is code. */
export type TrialCell = string | readonly string[];

/** A folder for notebooks in the checkout, where they find the library, and git does not see them. */
export function makeNotebookFolder(): string {
  mkdirSync(join(installationDir, "reports"), { recursive: true });
  return mkdtempSync(join(installationDir, "reports", "browser-test-"));
}

/** Writes a notebook, into a new folder unless one is given; returns its path. */
export function writeNotebook(
  name: string,
  cells: readonly TrialCell[],
  folder = mkdtempSync(join(tmpdir(), "notebook-")),
): string {
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
  const path = join(folder, `${name}.ipynb`);
  writeFileSync(path, JSON.stringify(notebook));
  return path;
}
