import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { installationDir } from "../config/sources";
import { describeError, WorkbenchError } from "../errors";

/** A notebook as far as a report needs to know it (nbformat 4). */
export interface Notebook {
  cells: NotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** One cell; `source` is one string or its lines. */
export interface NotebookCell {
  cell_type: string;
  source: string | string[];
  metadata: { tags?: string[] } & Record<string, unknown>;
  [field: string]: unknown;
}

/** A notebook on disk. */
export interface NotebookFile {
  /** The file's name without its ending: `02-activity`. */
  name: string;
  /** Absolute path. */
  path: string;
  /** Absolute path of the folder it runs in. */
  folder: string;
  notebook: Notebook;
}

/** The names of the notebooks that come with the workbench, in order. */
export async function listNotebooks(checkout: string = installationDir): Promise<string[]> {
  const entries = await readdir(join(checkout, "notebooks")).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".ipynb"))
    .map((entry) => basename(entry, ".ipynb"))
    .sort();
}

/**
 * Reads a notebook by its name (`02-activity`) or by a path, taken from the working folder or from
 * the checkout.
 *
 * @throws {@link WorkbenchError} code NOT_FOUND, listing the names there are; BAD_INPUT where the
 *   file is no notebook
 */
export async function readNotebook(
  nameOrPath: string,
  cwd: string,
  checkout: string = installationDir,
): Promise<NotebookFile> {
  const file = nameOrPath.endsWith(".ipynb") ? nameOrPath : `${nameOrPath}.ipynb`;
  const candidates = [
    resolve(cwd, file),
    resolve(checkout, file),
    resolve(checkout, "notebooks", file),
  ];
  for (const path of candidates) {
    const text = await readFile(path, "utf8").catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw new WorkbenchError("BAD_INPUT", `cannot read ${path}: ${describeError(error)}`);
    });
    if (text === undefined) continue;
    const notebook = parseNotebook(text, relative(cwd, path));
    return { name: basename(path, ".ipynb"), path, folder: dirname(path), notebook };
  }
  const names = await listNotebooks(checkout);
  throw new WorkbenchError("NOT_FOUND", `there is no notebook ${nameOrPath}`, {
    hint: `one of ${names.join(", ")}, or the path of an .ipynb file`,
  });
}

/** Parses and checks a notebook's text; `name` stands in messages. */
export function parseNotebook(text: string, name: string): Notebook {
  let value: Partial<Notebook> | null;
  try {
    value = JSON.parse(text) as Partial<Notebook> | null;
  } catch (error) {
    throw new WorkbenchError("BAD_INPUT", `${name} is not JSON: ${describeError(error)}`);
  }
  if (!Array.isArray(value?.cells) || value.nbformat !== 4) {
    throw new WorkbenchError("BAD_INPUT", `${name} is not a notebook of format 4`, {
      hint: "open it in JupyterLab and save it",
    });
  }
  return value as Notebook;
}

/** A cell's text. */
export function cellText(cell: NotebookCell): string {
  return Array.isArray(cell.source) ? cell.source.join("") : cell.source;
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
