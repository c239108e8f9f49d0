/**
 * Names as strangers may choose them, out of the real endpoint, through charts' pages and a report:
 * no script runs, nothing is asked for, and the picture stays one that can be read.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chartWriter } from "../../src/cli/commands/analyse";
import { findAnalysis } from "../../src/lib/analyses";
import { type AnalysisResult, toAnalysisResult } from "../../src/lib/analyses/analyse";
import { checkParameters } from "../../src/lib/analyses/parameters";
import { runQuery } from "../../src/lib/athena/query";
import { clipName } from "../../src/lib/charts/words";
import { loadSettings } from "../../src/lib/config/load";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { exportReport } from "../../src/lib/report";
import { hostileNames } from "../lib/analyses/sample-rows";
import { launchChromium, picture, type WatchedPage, watchPage } from "./chromium";
import { writeNotebook } from "./trial-notebook";

const effects = systemEffects();
const outDir = mkdtempSync(join(tmpdir(), "hostile-"));
/** UTF-8 has no halves of surrogate pairs: those never come out of a table. */
const names = [
  ...hostileNames.filter((name) => !/\p{Cs}/u.test(name)),
  "</script><script>window.hurt = 1</script>",
  `<img src="https://example.com/x.png" onerror="window.hurt = 2">`,
  `"><svg onload="window.hurt = 3">`,
  "javascript:window.hurt=4//",
  "nul\0, escape \u001b[2J\u001b]0;title\u0007",
];
/** The names as rows of each analysis that ranks by name; texts as bytes, so that any may stand there. */
const values = names
  .map((name, at) => `(${at + 1}, from_utf8(X'${Buffer.from(name).toString("hex")}'))`)
  .join(", ");
const totals = `100 AS data_events, 100 AS data_resolutions, 1000 AS data_repositories,
  TIMESTAMP '2026-11-20 00:00:00' AS data_from, TIMESTAMP '2026-11-21 00:00:00' AS data_to
  FROM (VALUES ${values}) AS t(position, name) ORDER BY position`;
const queries: Readonly<Record<string, string>> = {
  "top-contributors": `SELECT name AS user_login, 'person' AS kind, 50 - position AS events, 3 AS repositories, ${totals}`,
  "repository-activity": `SELECT name AS repo, 50 - position AS events, 50 - position AS pushes, 2 AS contributors, ${totals}`,
  "resolution-by-repository": `SELECT name AS repo, 'issue' AS kind, 7 AS with_known_time, 60 * position AS p10_seconds,
    600 * position AS q1_seconds, 3600 * position AS median_seconds, 7200 * position AS q3_seconds, 86400 * position AS p90_seconds, ${totals}`,
  "event-frequency": `SELECT date_add('hour', position, TIMESTAMP '2026-11-20 00:00:00') AS bucket_start, 'hour' AS bucket,
    name AS event_type, position AS events, position = 5 AS is_peak, 3e0 AS data_peak_above, ${totals}`,
};
const ranked = Object.keys(queries).filter((name) => name !== "event-frequency");

let settings: Settings;
let browser: Browser;
beforeAll(async () => {
  settings = loadSettings({ dataset: "hostile" });
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function answerOf(name: string): Promise<AnalysisResult> {
  const analysis = findAnalysis(name);
  const result = await runQuery(settings, queries[name] ?? "", {}, effects);
  return toAnalysisResult(result, analysis, {
    dataset: settings.dataset,
    parameters: checkParameters(analysis, {}),
  });
}

async function open(file: string, width: number, dark: boolean): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
  });
  const watched = await watchPage(context);
  await watched.page.goto(pathToFileURL(file).href);
  await watched.page.locator("figure.chart.drawn").last().waitFor();
  return watched;
}

/** What no page may have done, whatever stands in it. */
async function expectHarmless(watched: WatchedPage, file: string): Promise<void> {
  expect(await watched.page.evaluate("window.hurt")).toBeUndefined();
  expect(watched.dialogs).toEqual([]);
  expect(watched.requests).toEqual([pathToFileURL(file).href]);
  expect(watched.errors).toEqual([]);
}

/** Labels that reach out of their picture by more than a pixel. */
const cutLabels = `[...document.querySelectorAll("svg.marks")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1);
  }).map((text) => text.textContent);
})`;

describe.each(Object.keys(queries))("the page of %s", (name) => {
  let file: string;
  beforeAll(async () => {
    file = join(outDir, `${name}.html`);
    const answer = await answerOf(name);
    expect(answer.rows.map((row) => row["user_login"] ?? row["repo"] ?? row["event_type"])).toEqual(
      names,
    );
    await chartWriter(file)(answer.chart());
  });

  it.each([
    [400, true],
    [1400, false],
  ])("runs no script and cuts no label at %d pixels", async (width, dark) => {
    const watched = await open(file, width, dark);
    const { page } = watched;
    await page.screenshot({ path: picture(`hostile-${name}-${width}`), fullPage: true });
    expect(await page.evaluate(cutLabels)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")).toBe(
      false,
    );
    await page.getByText("The query behind this chart").click();
    expect(await page.locator("details pre").textContent()).toContain("FROM (VALUES");
    await expectHarmless(watched, file);
    await page.context().close();
  });
});

it.each(ranked)("the tooltips of %s show each name as text", async (name) => {
  const file = join(outDir, `${name}.html`);
  const watched = await open(file, 1400, false);
  const { page } = watched;
  const bars = page.locator('.role-mark path[aria-roledescription="bar"]');
  expect(await bars.count()).toBe(names.length);
  const tooltip = page.locator("#vg-tooltip-element.visible");
  for (const [at, text] of names.entries()) {
    await bars.nth(at).hover();
    await tooltip.waitFor();
    const shown = (await tooltip.locator("td.value").first().textContent()) ?? "";
    expect(shown.replace(/^Issues?, /, "")).toContain(clipName(text).slice(0, 10));
    expect(await tooltip.locator("script, img, svg, a").count()).toBe(0);
  }
  await page.screenshot({ path: picture(`hostile-tooltip-${name}`) });
  await expectHarmless(watched, file);
  await page.context().close();
});

it("a report of such rows runs no script either, in tables, texts and charts", async () => {
  const module = (path: string): string =>
    JSON.stringify(join(installationDir, "dist", "lib", path));
  const notebook = writeNotebook("hostile-rows", [
    "# Hostile rows",
    [
      // By its path: the notebook stands outside the checkout.
      `const { openWorkbench, display, groupFrame } = require(${module("index.js")});`,
      "const wb = await openWorkbench();",
      `const result = await wb.query(${JSON.stringify(queries["repository-activity"])});`,
      "await result.show();",
    ],
    ["display(groupFrame(result.frame(), 'repo', { n: 'count' }));", "console.log(result);"],
    [
      `const { toAnalysisResult } = require(${module("analyses/analyse.js")});`,
      `const { findAnalysis } = require(${module("analyses/index.js")});`,
      "const context = { dataset: wb.settings.dataset, parameters: { days: undefined, limit: 15 } };",
      "const answer = toAnalysisResult(result, findAnalysis('repository-activity'), context);",
      "await answer.chart().show();",
    ],
  ]);
  const { reports } = await exportReport(settings, { notebooks: [notebook], outDir }, effects);
  const file = reports[0]?.path ?? "";
  const watched = await open(file, 1000, false);
  const { page } = watched;
  await page.screenshot({ path: picture("hostile-report"), fullPage: true });
  expect(await page.evaluate(cutLabels)).toEqual([]);
  expect(
    await page.locator("table td").getByText("<script>alert(1)", { exact: false }).count(),
  ).toBe(2);
  expect(await page.getByText("The query behind this chart").count()).toBe(1);
  await expectHarmless(watched, file);
  await page.context().close();
});
