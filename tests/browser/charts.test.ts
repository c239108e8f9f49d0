/**
 * Every analysis and a chart of one's own as JupyterLab draws them, in its light and its dark
 * theme: words can be read, nothing is cut, and the pictures are left to be looked at.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { analyses } from "../../src/lib/analyses";
import { installationDir } from "../../src/lib/config/sources";
import { launchChromium, picture, watchPage } from "./chromium";
import { openDemoData } from "./demo-data";
import { type Hub, startHub } from "./hub";
import { logIn, openNotebook, runAllCells } from "./lab";
import { writeNotebook } from "./trial-notebook";

const names = analyses.map(({ name }) => name);
let browser: Browser;
let hub: Hub;
let folder: string;

beforeAll(async () => {
  const settings = await openDemoData();
  const notebook = writeNotebook("every-chart", [
    [
      'import { openWorkbench, makeChart } from "github-events-workbench";',
      "const wb = await openWorkbench();",
    ],
    ...names.map((name) => [`await (await wb.analyse("${name}")).chart().show();`]),
    // With what Vega-Lite draws in black by itself.
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
  ]);
  mkdirSync(join(installationDir, "reports"), { recursive: true });
  folder = mkdtempSync(join(installationDir, "reports", "browser-test-"));
  copyFileSync(notebook, join(folder, "every-chart.ipynb"));
  hub = await startHub(settings.home, { DATASET: settings.dataset });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  await hub.stop();
  rmSync(folder, { recursive: true });
});

const charts = ".jp-RenderedVegaCommon5 svg.marks";

/**
 * The charts' words with their contrast against what is behind the chart, and how far they reach
 * out of their picture. The browser mixes the colours: words may be half transparent.
 */
const readWords = `[...document.querySelectorAll("${charts}")].flatMap((svg) => {
  const grounds = [];
  for (let at = svg; at !== null; at = at.parentElement) {
    grounds.unshift(getComputedStyle(at).backgroundColor);
  }
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (colours) => {
    for (const colour of ["white", ...colours]) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = luminance(grounds);
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")]
    .filter((text) => text.textContent !== "" && text.getBoundingClientRect().width > 0)
    .map((text) => {
      const { fill, opacity, fillOpacity } = getComputedStyle(text);
      const box = text.getBoundingClientRect();
      const [low, high] = [ground, luminance([...grounds, fill])].sort((a, b) => a - b);
      return {
        text: text.textContent,
        contrast: (high + 0.05) / (low + 0.05),
        isFaint: Number(opacity) * Number(fillOpacity) < 0.9,
        reachesOut: Math.max(frame.left - box.left, box.right - frame.right),
      };
    });
})`;

interface ShownWords {
  text: string;
  contrast: number;
  isFaint: boolean;
  reachesOut: number;
}

async function expectReadable(page: Page): Promise<void> {
  const words = await page.evaluate<ShownWords[]>(readWords);
  expect(words.length).toBeGreaterThan(100);
  // What the Web Content Accessibility Guidelines ask of a text: https://www.w3.org/TR/WCAG22/#contrast-minimum
  const unreadable = words.filter(({ contrast, isFaint }) => contrast < 4.5 || isFaint);
  expect(unreadable).toEqual([]);
  expect(words.filter(({ reachesOut }) => reachesOut > 1)).toEqual([]);
}

async function takePictures(page: Page, suffix: string): Promise<void> {
  const shown = page.locator(charts);
  for (const [at, name] of [...names, "own-chart"].entries()) {
    await shown.nth(at).scrollIntoViewIfNeeded();
    await shown.nth(at).screenshot({ path: picture(`jupyterlab-${name}-${suffix}`) });
  }
}

it("draws every analysis so that it can be read in JupyterLab, light and dark", async () => {
  const context = await browser.newContext({
    viewport: { width: 1400, height: 1300 },
    colorScheme: "light",
  });
  const { page, errors } = await watchPage(context);
  const address = `http://127.0.0.1:${hub.port}`;
  await logIn(page, address, hub.user, hub.password);
  const path = relative(installationDir, join(folder, "every-chart.ipynb"));
  await openNotebook(page, `${address}/user/${hub.user}`, path);
  const state = await runAllCells(page, 240_000);
  expect(state.errors).toEqual([]);
  expect(state.charts).toBe(names.length + 1);
  expect(await page.locator(charts).count()).toBe(names.length + 1);
  await expectReadable(page);
  await takePictures(page, "light");

  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator('body[data-jp-theme-light="false"]').waitFor({ state: "attached" });
  await expectReadable(page);
  await takePictures(page, "dark");
  expect(errors).toEqual([]);
  await context.close();
});
