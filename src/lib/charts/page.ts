import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { escapeHtml, scriptJson } from "../notebook/html";
import type { ChartExtras } from "./chart";
import type { ChartSpec } from "./spec";

/** Draws the specification that stands in the page; no text of the data is in this script. */
const drawScript = `
const spec = JSON.parse(document.getElementById("spec").textContent);
vegaEmbed("#chart", spec, { actions: false, renderer: "svg" }).catch((error) => {
  document.getElementById("chart").textContent = String(error);
});
`;

const style = `
body { font: 14px/1.5 Helvetica, Arial, "DejaVu Sans", sans-serif; color: #24292f; background: #fff;
  margin: 0 auto; padding: 16px; max-width: 1400px; }
#chart { width: 100%; min-height: 120px; }
pre { white-space: pre-wrap; background: #f6f8fa; padding: 12px; overflow-wrap: anywhere; }
details, p { color: #57606a; }
`;

/**
 * A page of HTML with one chart, everything it needs inside it. A content security policy lets it
 * run the scripts below and no other, and load nothing; Vega compiles its expressions, hence
 * `unsafe-eval`. Texts of the data stand escaped in JSON and in elements.
 */
export async function buildPage(
  spec: ChartSpec,
  extras: ChartExtras & { description: string },
): Promise<string> {
  const scripts = [...(await readLibraries()), drawScript];
  const hashes = scripts.map((script) => `'sha256-${sha256(script)}'`).join(" ");
  const policy = `default-src 'none'; script-src ${hashes} 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:`;
  const description = escapeHtml(extras.description);
  const [title = "Chart"] = extras.description.split(". ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="chart" role="figure" aria-label="${description}"></div>
${extras.note === undefined ? "" : `<p>${escapeHtml(extras.note)}</p>`}
${extras.sql === undefined ? "" : `<details><summary>The query</summary><pre>${escapeHtml(extras.sql)}</pre></details>`}
<script type="application/json" id="spec">${scriptJson(spec)}</script>
${scripts.map((script) => `<script>${script}</script>`).join("\n")}
</body>
</html>
`;
}

/** Vega, Vega-Lite and vega-embed as their packages bring them, minified. */
async function readLibraries(): Promise<string[]> {
  const require = createRequire(__filename);
  return Promise.all(
    ["vega", "vega-lite", "vega-embed"].map(async (name) => {
      const build = dirname(require.resolve(name));
      const script = await readFile(join(build, `${name}.min.js`), "utf8");
      // Nothing in it may end the element early, nor ask for a source map.
      return script
        .replaceAll("</script", "<\\/script")
        .replaceAll(/\/\/# sourceMappingURL=.*$/gm, "");
    }),
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64");
}
