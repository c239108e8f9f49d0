import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { installationDir } from "../config/sources";
import { escapeHtml, scriptJson } from "../notebook/html";
import { htmlPage } from "../notebook/html-page";
import { followPage } from "./page-colours";
import type { ChartSpec } from "./spec";

/** A chart has the page for itself. */
const wideStyle = "body { max-width: 1400px; padding-block: 1rem; }";

/** What stands in the page beside the chart. */
export interface PageWords {
  title: string;
  /** The chart in words. */
  description: string;
  /** Escaped already. */
  noteHtml: string;
}

/**
 * A page of HTML with one chart, everything it needs inside it, drawn by the script and in the
 * style of the reports: light and dark. A content security policy lets it run the scripts below and
 * no other, make no code out of texts and load nothing. Texts of the data stand escaped in JSON and
 * in elements.
 */
export async function buildPage(spec: ChartSpec, words: PageWords): Promise<string> {
  const template = join(installationDir, "jupyterhub", "templates", "workbench");
  const scripts = [
    ...(await readLibraries()),
    await readFile(join(template, "report.js"), "utf8"),
  ].map(mendScript);
  const style = `${await readFile(join(template, "report.css"), "utf8")}\n${wideStyle}`;
  const hashes = scripts.map((script) => `'sha256-${sha256(script)}'`).join(" ");
  const policy =
    `default-src 'none'; script-src ${hashes}; style-src 'unsafe-inline'; ` +
    "img-src data: blob:; base-uri 'none'; form-action 'none'";
  const body = `<body>
<figure class="chart" aria-label="${escapeHtml(words.description)}">
<div class="live"></div>
<script type="application/json">${scriptJson(followPage(spec))}</script>
</figure>
${words.noteHtml}
${scripts.map((script) => `<script>${script}</script>`).join("\n")}
</body>`;
  return htmlPage({ title: words.title, policy, style, body });
}

/** Vega, Vega-Lite and vega-embed as their packages bring them, minified. */
async function readLibraries(): Promise<string[]> {
  const require = createRequire(__filename);
  return Promise.all(
    ["vega", "vega-lite", "vega-embed"].map(async (name) => {
      const build = dirname(require.resolve(name));
      return readFile(join(build, `${name}.min.js`), "utf8");
    }),
  );
}

/** Nothing in it may end the element early, nor ask for a source map. */
function mendScript(script: string): string {
  return script
    .replaceAll("\r\n", "\n")
    .replaceAll("</script", "<\\/script")
    .replaceAll(/\/\/# sourceMappingURL=.*$/gm, "");
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64");
}
