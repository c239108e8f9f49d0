import { installationDir } from "../config/sources";
import { cellText, listNotebooks, type Notebook, readNotebook } from "./notebooks";
import { listParameters, literalText } from "./parameters";

/** A notebook as `workbench report --list` tells of it. */
export interface NotebookInfo {
  name: string;
  /** Its first heading. */
  title: string;
  /** What `--set` takes. */
  parameters: readonly { name: string; default: string; meaning: string }[];
}

/** The notebooks that come with the workbench, in order, with their titles and parameters. */
export async function describeNotebooks(
  checkout: string = installationDir,
): Promise<NotebookInfo[]> {
  const names = await listNotebooks(checkout);
  return Promise.all(
    names.map(async (name) => {
      const { notebook } = await readNotebook(`notebooks/${name}`, checkout, checkout);
      const parameters = listParameters(notebook).map(({ literal, ...info }) => ({
        name: info.name,
        default: literalText(literal),
        meaning: info.meaning,
      }));
      return { name, title: titleOf(notebook) ?? name, parameters };
    }),
  );
}

function titleOf(notebook: Notebook): string | undefined {
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "markdown") continue;
    return /^\s*#\s+(.+?)\s*#*\s*$/m.exec(cellText(cell))?.[1];
  }
  return undefined;
}
