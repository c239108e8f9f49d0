import { inspect } from "node:util";
import { formatHtmlTable } from "./html-table";
import { inNotebook, kernelWriter } from "./kernel";
import { formatTextTable, type TableColumn } from "./text-table";

/** Something that knows its own forms, by MIME type; `text/plain` is always among them. */
export interface Displayable {
  mimeBundle(): Promise<MimeBundle>;
  /** What is shown below it, as an output of its own; in a notebook only. */
  footnote?(): MimeBundle | undefined;
}

/** A thing's forms by MIME type. */
export type MimeBundle = Record<string, unknown> & { "text/plain": string };

/** What the display needs of a danfojs DataFrame; by shape, so that danfojs is not loaded. */
interface FrameLike {
  columns: readonly string[];
  dtypes: readonly string[];
  shape: readonly [number, number];
  values: readonly (readonly unknown[])[];
}

/** A result of a query, by shape. */
interface ResultLike {
  columns: readonly TableColumn[];
  rows: readonly Readonly<Record<string, unknown>>[];
  summary: string;
}

/**
 * Shows a value in a notebook's cell: a danfojs DataFrame or a query's result as a table, a chart
 * as a chart, anything else as `console.log` does. Outside a notebook the text goes to standard
 * output. A chart is drawn in the background; `await chart.show()` waits for it.
 *
 * @example
 * ```ts
 * display(busiest.frame());
 * ```
 */
export function display(value: unknown): void {
  if (!isDisplayable(value)) {
    write(bundleOf(value));
    return;
  }
  show(value).catch((error: unknown) => {
    console.error(error);
  });
}

/** As {@link display}; resolves when it has been shown. */
export async function show(value: unknown): Promise<void> {
  if (!isDisplayable(value)) {
    write(bundleOf(value));
    return;
  }
  write(await value.mimeBundle());
  const footnote = inNotebook() ? value.footnote?.() : undefined;
  if (footnote !== undefined) write(footnote);
}

/** The forms of a value that needs no work to make them. */
export function bundleOf(value: unknown): MimeBundle {
  if (isFrame(value)) return frameBundle(value);
  if (isResult(value)) return resultBundle(value);
  return { "text/plain": typeof value === "string" ? value : inspect(value) };
}

function write(bundle: MimeBundle): void {
  const writer = kernelWriter();
  if (writer !== undefined) writer({ data: bundle, metadata: {}, transient: {} }, false);
  else process.stdout.write(`${bundle["text/plain"]}\n`);
}

function frameBundle(frame: FrameLike): MimeBundle {
  const columns = frame.columns.map((name, at) => ({ name, type: frame.dtypes[at] ?? "" }));
  const [rowCount, columnCount] = frame.shape;
  const rows = frame.values.map((values) =>
    Object.fromEntries(columns.map(({ name }, at): [string, unknown] => [name, values[at]])),
  );
  const shape = `${rowCount.toLocaleString("en-US")} ${rowCount === 1 ? "row" : "rows"} × ${columnCount} ${columnCount === 1 ? "column" : "columns"}`;
  return tableBundle(columns, rows, shape);
}

function resultBundle(result: ResultLike): MimeBundle {
  return tableBundle(result.columns, result.rows, result.summary);
}

function tableBundle(
  columns: readonly TableColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
  caption: string,
): MimeBundle {
  return {
    "text/html": formatHtmlTable(columns, rows, caption),
    "text/plain": `${formatTextTable(columns, rows)}\n${caption}`,
  };
}

/** Whether a value brings its own forms. */
export function isDisplayable(value: unknown): value is Displayable {
  return isObject(value) && typeof value["mimeBundle"] === "function";
}

function isFrame(value: unknown): value is FrameLike {
  return (
    isObject(value) &&
    Array.isArray(value["columns"]) &&
    Array.isArray(value["dtypes"]) &&
    Array.isArray(value["shape"]) &&
    Array.isArray(value["values"])
  );
}

function isResult(value: unknown): value is ResultLike {
  return (
    isObject(value) &&
    Array.isArray(value["columns"]) &&
    Array.isArray(value["rows"]) &&
    typeof value["summary"] === "string"
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
