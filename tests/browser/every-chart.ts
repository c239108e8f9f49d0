import type { Page } from "playwright-core";
import { analyses } from "../../src/lib/analyses";
import { picture } from "./chromium";
import { writeNotebook } from "./trial-notebook";

const names = analyses.map(({ name }) => name);

/** The charts of {@link writeEveryChart}, in their order. */
export const chartNames: readonly string[] = [...names, "own-chart"];

/**
 * Writes a notebook of every analysis, each in the one line that the documentation has for it, and
 * of a chart of one's own with what Vega-Lite draws in black by itself.
 */
export function writeEveryChart(folder: string): string {
  return writeNotebook(
    "every-chart",
    [
      "# Every chart",
      [
        'import { openWorkbench, makeChart } from "github-events-workbench";',
        "const wb = await openWorkbench();",
      ],
      ...names.map((name) => [`await (await wb.analyse("${name}")).chart().show();`]),
      [
        'const types = await wb.query("SELECT event_type, count(*) AS events FROM github_events GROUP BY 1");',
        'const x = { field: "events", type: "quantitative" };',
        'const y = { field: "event_type", type: "nominal" };',
        "const bars = { mark: 'bar', encoding: { color: { field: 'events', type: 'quantitative', legend: { title: 'How many' } } } };",
        "const numbers = { mark: { type: 'text', align: 'left', dx: 4 }, encoding: { text: x } };",
        "const mean = { mark: 'rule', encoding: { x: { ...x, aggregate: 'mean' }, y: null } };",
        "const layer = [bars, numbers, mean];",
        "await makeChart(types, { encoding: { x, y }, layer }, { title: 'A chart of one\\'s own' }).show();",
      ],
    ],
    folder,
  );
}

/** Leaves a picture of each chart, to be looked at: `<place>-<chart>-<view>.png`. */
export async function takeChartPictures(
  page: Page,
  selector: string,
  { place, view }: { place: string; view: string },
): Promise<void> {
  const charts = page.locator(selector);
  for (const [at, name] of chartNames.entries()) {
    await charts.nth(at).scrollIntoViewIfNeeded();
    await charts.nth(at).screenshot({ path: picture(`${place}-${name}-${view}`) });
  }
}
