import type { QueryParameter } from "../athena/parameters";
import { escapeHtml, textOnly } from "../notebook/html";

/** What stands below a chart. */
export interface ChartNote {
  /** The query it came from. */
  sql?: string;
  /** The values of the query's `?`, in order. */
  params?: readonly QueryParameter[];
  /** What it does not tell. */
  caveat?: string;
}

/**
 * The note in HTML: what the chart does not tell, and the query behind it, one click away. Inline
 * styles and colours of the page only, for a notebook's front end, a report and a chart's page each
 * have their own.
 */
export function noteHtml(note: ChartNote): string {
  const caveat =
    note.caveat === undefined ? "" : `<p class="${textOnly}">${escapeHtml(note.caveat)}</p>`;
  if (note.sql === undefined) return caveat;
  const values = valuesText(note);
  const summary = `The query behind this chart${caveat === "" ? "" : ", and what it does not tell"}`;
  return (
    `<details class="${textOnly}" style="opacity:.85;font-size:.9em"><summary>${summary}</summary>${caveat}` +
    `<pre style="white-space:pre-wrap;overflow-wrap:anywhere">${escapeHtml(note.sql)}</pre>` +
    `${values === "" ? "" : `<p>${escapeHtml(values)}</p>`}</details>`
  );
}

/** The note in plain text. */
export function noteText(note: ChartNote): string {
  return [note.caveat ?? "", note.sql ?? "", valuesText(note)]
    .filter((part) => part !== "")
    .join("\n\n");
}

function valuesText({ params = [] }: ChartNote): string {
  if (params.length === 0) return "";
  const values = params.map((value) =>
    value instanceof Date ? value.toISOString() : String(value),
  );
  return `Bound to its ? in this order: ${values.join(", ")}`;
}
