/**
 * JupyterLab typeset a repository called `$\\phantom{x}$` as a formula, of which nothing is seen,
 * and took backslashes away: what a table or a note shows has to be told to be text.
 */
import { expect, it } from "vitest";
import { noteHtml } from "../../src/lib/charts/note";
import { bundleOf } from "../../src/lib/notebook/display";
import { formatHtmlTable } from "../../src/lib/notebook/html-table";
import { makeFrame } from "../../src/lib/notebook/frames";

const name = "$\\phantom{secret}$ and \\\\";
const columns = [{ name: "repo", type: "varchar" }];

it.each([
  ["a table", () => formatHtmlTable(columns, [{ repo: name }], name)],
  ["a frame", () => String(bundleOf(makeFrame(columns, [{ repo: name }]))["text/html"])],
  ["a query below a chart", () => noteHtml({ sql: name, params: [name], caveat: name })],
  ["a caveat alone", () => noteHtml({ caveat: name })],
])("%s is text, whatever dollar signs are in it", (_, html) => {
  expect(html()).toMatch(/^<[a-z]+ class="mathjax_ignore"/);
  expect(html()).toContain(name);
});
