import { formatSpan } from "../charts/words";
import { isDemoDataset } from "../config/dataset";
import { clip } from "../notebook/cells";
import { formatBytes, formatCount } from "../notebook/figures";
import { escapeHtml, showControls } from "../notebook/html";
import { htmlPage } from "../notebook/html-page";
import type { ReportFacts } from "./facts";

/** A page of the folder; `facts` is undefined of one that does not tell what it is. */
export interface ReportFile {
  /** The file's name. */
  file: string;
  bytes: number;
  facts: ReportFacts | undefined;
}

/** What the list says of itself. */
export interface IndexPageOptions {
  /** The style sheet to stand in it. */
  style: string;
  /** When it is written, ISO 8601, UTC. */
  madeAt: string;
}

/**
 * The page that lists all reports of a folder, the newest first. It has no script, asks for
 * nothing, and works from the file system; texts from pages are escaped.
 */
export function buildIndexPage(files: readonly ReportFile[], options: IndexPageOptions): string {
  const reports = files.flatMap(({ facts, ...file }) =>
    facts === undefined ? [] : [{ ...file, facts }],
  );
  reports.sort(
    (a, b) =>
      b.facts.generatedAt.localeCompare(a.facts.generatedAt) || a.file.localeCompare(b.file),
  );
  const others = files.filter(({ facts }) => facts === undefined);
  const count = `${formatCount(reports.length)} ${reports.length === 1 ? "report" : "reports"}`;
  const body = `<body class="index">
<header class="masthead">
<p class="kicker">GitHub Events Workbench</p>
<h1>Reports</h1>
<p class="facts"><span><b>${count}</b></span><span>Listed ${timeHtml(options.madeAt)}</span></p>
</header>
<main>
${reports.length === 0 ? "<p>There is no report here yet. <code>npx workbench report</code> makes one.</p>" : ""}
<ul class="reports">
${reports.map(reportHtml).join("\n")}
</ul>
${othersHtml(others)}
</main>
<footer>
<p>Written anew by <code>npx workbench report</code> after each report; <code>npx workbench report --index</code> writes it alone. Times are UTC.</p>
</footer>
</body>`;
  return htmlPage({
    title: "Reports · GitHub Events Workbench",
    policy: "default-src 'none'; style-src 'unsafe-inline'",
    style: options.style,
    body,
  });
}

function reportHtml({ file, bytes, facts }: ReportFile & { facts: ReportFacts }): string {
  const parameters = facts.parameters.map(({ name, value }) => fact(name, textHtml(value)));
  const invented = isDemoDataset(facts.dataset) ? " (invented events)" : "";
  const items = [
    ...parameters,
    fact("dataset", `${textHtml(facts.dataset)}${invented}`),
    fact("data", dataHtml(facts.data)),
    fact("made", timeHtml(facts.generatedAt)),
    fact("from", `<code>${textHtml(facts.notebook)}</code>`),
    fact("charts", formatCount(facts.charts)),
    fact("size", formatBytes(bytes)),
  ];
  return `<li><h2>${linkHtml(file, facts.title)}</h2><dl>${items.join("")}</dl></li>`;
}

function othersHtml(others: readonly ReportFile[]): string {
  if (others.length === 0) return "";
  const items = others.map(
    ({ file, bytes }) => `<li>${linkHtml(file, file)}, ${formatBytes(bytes)}</li>`,
  );
  return `<h2>Other pages</h2>
<p>These do not tell what they are: damaged, of an older version, or made by something else.</p>
<ul>
${items.join("\n")}
</ul>`;
}

function dataHtml(data: ReportFacts["data"]): string {
  if (data?.from == null || data.to === null) return data === null ? "not known" : "no events";
  return escapeHtml(
    `${formatCount(data.events)} events, ${formatSpan({ from: data.from, to: data.to })}`,
  );
}

function fact(name: string, html: string): string {
  return `<div><dt>${textHtml(name)}</dt><dd>${html}</dd></div>`;
}

function linkHtml(file: string, words: string): string {
  return `<a href="${escapeHtml(encodeURIComponent(file))}">${textHtml(words)}</a>`;
}

/** A text from a page: cut, with its hidden marks shown, and kept from turning what is beside it. */
function textHtml(text: string): string {
  return `<bdi>${escapeHtml(clip(showControls(text), 120))}</bdi>`;
}

function timeHtml(iso: string): string {
  const shown = `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(shown)}</time>`;
}
