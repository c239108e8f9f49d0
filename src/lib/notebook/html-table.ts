import { isMissing } from "../frames/frame-data";
import { cutRows, formatCell } from "./cells";
import { escapeHtml, textOnly } from "./html";
import type { TableColumn } from "./text-table";

const cell = "padding:3px 10px;white-space:nowrap;text-align:";
/**
 * Longer texts are broken, so that one of them does not push the other columns out of sight: by
 * styles, and by places to break for JupyterLab, which takes styles out of a notebook that was not
 * run here.
 */
const maxLineLength = 60;
const lineOf = new RegExp(`.{1,${maxLineLength}}`, "gsu");
const broken = ` style="display:inline-block;max-width:${maxLineLength}ch;white-space:normal;overflow-wrap:anywhere"`;
const faint = "opacity:.65;font-weight:normal;font-size:.85em";

/**
 * A table in HTML: names and types of the columns, the first and last rows of many, a caption
 * below. All texts are escaped; nothing but inline styles, for a notebook's front end and a
 * report both keep those. Colours come from the page, so that it reads in light and dark.
 */
export function formatHtmlTable(
  columns: readonly TableColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
  caption: string,
): string {
  const { head, left, tail } = cutRows(rows);
  const aligns = columns.map((column) =>
    [...head, ...tail].some((row) => isNumber(row[column.name])) ? "right" : "left",
  );
  const header = columns.map((column, at) => {
    const type =
      column.type === undefined
        ? ""
        : `<br><span style="${faint}">${escapeHtml(column.type)}</span>`;
    return `<th scope="col" style="${cell}${aligns[at] ?? "left"}">${escapeHtml(formatCell(column.name))}${type}</th>`;
  });
  const body = (part: typeof rows): string =>
    part
      .map(
        (row) =>
          `<tr>${columns.map((column, at) => td(row[column.name], aligns[at])).join("")}</tr>`,
      )
      .join("");
  const gap =
    left === 0
      ? ""
      : `<tr><td colspan="${columns.length}" style="${cell}center;${faint}">⋮ ${left.toLocaleString("en-US")} more rows ⋮</td></tr>`;
  return (
    `<div class="${textOnly}" style="overflow-x:auto"><table style="border-collapse:collapse;font-variant-numeric:tabular-nums">` +
    `<caption style="caption-side:bottom;text-align:left;padding:6px 10px;${faint}">${escapeHtml(caption)}</caption>` +
    `<thead><tr style="border-bottom:1px solid currentColor">${header.join("")}</tr></thead>` +
    `<tbody>${body(head)}${gap}${body(tail)}</tbody></table></div>`
  );
}

function td(value: unknown, align = "left"): string {
  const missing = isMissing(value);
  const style = `${cell}${align}${missing ? ";opacity:.5" : ""}`;
  // bdi: a name written from right to left must not turn the cells beside it.
  const text = missing ? "null" : formatCell(value);
  if (text.length <= maxLineLength) {
    return `<td style="${style}"><bdi>${escapeHtml(text)}</bdi></td>`;
  }
  const lines = text.match(lineOf) ?? [];
  return `<td style="${style}"><bdi${broken}>${lines.map(escapeHtml).join("<wbr>")}</bdi></td>`;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}
