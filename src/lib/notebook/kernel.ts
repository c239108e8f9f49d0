import { createRequire } from "node:module";

/** A bundle of the same thing in several forms; the reader's program takes the best it knows. */
export interface DisplayData {
  /** By MIME type: text, or a JSON object for the `…+json` types. */
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

type WriteDisplayData = (data: DisplayData, update: boolean) => void;

interface JupyterModule {
  lastWriteDisplayData?: WriteDisplayData | null;
}

/**
 * The function by which tslab writes an output of the running cell, or undefined outside a
 * kernel. tslab's own `display` writes one MIME type an output, a chart needs several in one. The
 * kernel's module is looked for among the loaded ones: another copy of tslab knows no kernel.
 */
export function kernelWriter(): WriteDisplayData | undefined {
  for (const [path, loaded] of Object.entries(createRequire(__filename).cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path)) continue;
    const write = (loaded?.exports as JupyterModule | undefined)?.lastWriteDisplayData;
    if (typeof write === "function") return write;
  }
  return undefined;
}

/** Whether this runs in a cell of a notebook. */
export function inNotebook(): boolean {
  return kernelWriter() !== undefined;
}
