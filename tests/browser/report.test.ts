import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { exportReport, writeIndex } from "../../src/lib/report";
import { launchChromium, picture, type WatchedPage, watchPage } from "./chromium";
import { openDemoData } from "./demo-data";
import { chartNames, takeChartPictures, writeEveryChart } from "./every-chart";
import { expectReadable } from "./readable";
import { makeNotebookFolder, writeNotebook } from "./trial-notebook";

const effects = systemEffects();
const outDir = mkdtempSync(join(tmpdir(), "reports-"));
let settings: Settings;
let browser: Browser;

beforeAll(async () => {
  settings = await openDemoData();
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
});

/** What the margins leave of a sheet of A4, in pixels. */
const a4 = { width: 680, height: 1001 };

interface View {
  width: number;
  colorScheme: "light" | "dark";
}

const views: readonly View[] = [
  { width: 1400, colorScheme: "light" },
  { width: 1400, colorScheme: "dark" },
  { width: 400, colorScheme: "light" },
  { width: 400, colorScheme: "dark" },
];

/** Opens a page with the network off and waits until `charts` charts are drawn. */
async function openOffline(file: string, view: View, charts: number): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: view.width, height: 900 },
    colorScheme: view.colorScheme,
  });
  await context.setOffline(true);
  const watched = await watchPage(context);
  await watched.page.goto(pathToFileURL(file).href);
  const drawn = watched.page.locator("figure.chart.drawn");
  if (charts > 0) await drawn.nth(charts - 1).waitFor();
  return watched;
}

/** Whether anything is wider than the window, so that the page itself scrolls sideways. */
async function overflows(page: Page): Promise<unknown> {
  return page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
}

describe("the report, with the network off", () => {
  let file: string;
  beforeAll(async () => {
    const { reports } = await exportReport(settings, { outDir }, effects);
    file = reports[0]?.path ?? "";
  });

  it.each(views)("draws its charts at $width pixels, $colorScheme", async (view) => {
    const { page, errors, requests } = await openOffline(file, view, 7);
    const charts = page.locator("figure.chart .live svg.marks");
    expect(await charts.count()).toBe(7);
    for (const chart of await charts.all()) {
      expect(await chart.locator(".role-mark path, .role-mark text").count()).toBeGreaterThan(0);
      // Titles, axes and labels: an axis whose words were lost has an empty group.
      expect(await chart.locator(".role-axis-label text").count()).toBeGreaterThan(1);
    }
    expect(errors).toEqual([]);
    expect(requests).toEqual([pathToFileURL(file).href]);
    expect(await overflows(page)).toBe(false);
    await page.screenshot({
      path: picture(`report-${view.width}-${view.colorScheme}`),
      fullPage: true,
    });
    await page.context().close();
  });

  it("shows a tooltip, and its code when asked", async () => {
    const view: View = { width: 1400, colorScheme: "light" };
    const { page, errors } = await openOffline(file, view, 7);
    await page.locator("figure.chart .live .role-mark path[aria-label]").first().hover();
    await page.locator("#vg-tooltip-element.visible").waitFor();
    const code = page.getByText("await openWorkbench()");
    expect(await code.isVisible()).toBe(false);
    await page.locator("details.code > summary").first().click();
    expect(await code.isVisible()).toBe(true);
    const blocks = page.locator("details.code[open]");
    expect(await blocks.count()).toBe(1);
    await page.getByRole("button", { name: "Show code" }).click();
    expect(await blocks.count()).toBe(await page.locator("details.code").count());
    await page.getByRole("button", { name: "Hide code" }).click();
    expect(await blocks.count()).toBe(0);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each([400, 1400])("leads from its contents to its headings at %d pixels", async (width) => {
    const { page } = await openOffline(file, { width, colorScheme: "light" }, 7);
    const contents = page.getByRole("navigation", { name: "Contents" });
    const link = contents.getByRole("link", { name: "Repository activity" });
    // Beside the text where there is room, folded where there is none.
    expect(await link.isVisible()).toBe(width > 1000);
    if (width < 1000) await contents.locator("summary").click();
    await link.click();
    const heading = page.getByRole("heading", { name: "Repository activity" });
    await expect.poll(async () => (await heading.boundingBox())?.y ?? 999).toBeLessThan(400);
    expect(await overflows(page)).toBe(false);
    await page.context().close();
  });

  it("says what data it was drawn from", async () => {
    const { page } = await openOffline(file, { width: 1400, colorScheme: "light" }, 7);
    const words = await page.locator(".coverage").textContent();
    expect(words).toMatch(/^The tables held [\d,]+ events, .* UTC\. Captures measured [\d,]+ of/);
    await page.context().close();
  });

  it("has each chart whole on a printed page, and no code", async () => {
    const context = await browser.newContext({ viewport: a4 });
    const { page } = await watchPage(context);
    await page.goto(pathToFileURL(file).href);
    await page.locator("figure.chart.drawn").nth(6).waitFor();
    await page.emulateMedia({ media: "print" });
    for (const chart of await page.locator("figure.chart").all()) {
      const box = await chart.locator(".still").boundingBox();
      expect(box).not.toBeNull();
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(a4.width);
      // On a page of its own it fits: then a page's end need never go through it.
      expect(box?.height).toBeLessThan(a4.height);
      expect(await chart.locator(".live").isVisible()).toBe(false);
    }
    const breaks = await page.evaluate(
      "[...document.querySelectorAll('figure.chart')].map((node) => getComputedStyle(node).breakInside)",
    );
    expect(breaks).toEqual(Array(7).fill("avoid"));
    for (const hidden of ["details.code", ".contents", "#code-toggle", ".vega-embed summary"]) {
      expect(await page.locator(hidden).first().isVisible()).toBe(false);
    }
    expect(await overflows(page)).toBe(false);
    await context.close();
  });

  it("prints dark words on white, whatever the screen", async () => {
    const { page } = await openOffline(file, { width: 1400, colorScheme: "dark" }, 7);
    await page.emulateMedia({ media: "print" });
    const colours = await page.evaluate(
      "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]",
    );
    expect(colours).toEqual(["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
    await page.pdf({ path: picture("report").replace(/png$/, "pdf"), format: "A4" });
    await page.context().close();
  });
});

describe("a report of every chart, with the network off", () => {
  const notebooks = makeNotebookFolder();
  let file: string;
  beforeAll(async () => {
    const notebook = writeEveryChart(notebooks);
    const { reports } = await exportReport(settings, { notebooks: [notebook], outDir }, effects);
    file = reports[0]?.path ?? "";
  });
  afterAll(() => {
    rmSync(notebooks, { recursive: true });
  });

  it.each(views)("can be read at $width pixels, $colorScheme", async (view) => {
    const { page, errors } = await openOffline(file, view, chartNames.length);
    const charts = "figure.chart .live svg.marks";
    expect(await page.locator(charts).count()).toBe(chartNames.length);
    const words = `${view.width}-${view.colorScheme}`;
    await takeChartPictures(page, charts, { place: "report", view: words });
    await expectReadable(page, charts);
    expect(await overflows(page)).toBe(false);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe("the list of all reports, with the network off", () => {
  let report: string;
  let list: string;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "reports-"));
    const set = { limit: "5" };
    const { reports, index } = await exportReport(settings, { outDir: folder, set }, effects);
    writeFileSync(join(folder, "damaged.html"), "<!DOCTYPE html><title>cut</tit");
    writeFileSync(join(folder, `"><img src=x onerror=window.hurt=1>.html`), "");
    await writeIndex(folder, effects);
    report = reports[0]?.path ?? "";
    list = index.path;
  });

  it.each<View>([
    { width: 1400, colorScheme: "light" },
    { width: 400, colorScheme: "dark" },
  ])("leads to each at $width pixels, $colorScheme", async (view) => {
    const { page, errors, requests } = await openOffline(list, view, 0);
    expect(await page.locator(".reports > li").count()).toBe(1);
    expect(await page.getByRole("link").count()).toBe(3);
    expect(await page.evaluate("window.hurt")).toBeUndefined();
    expect(await overflows(page)).toBe(false);
    await page.screenshot({
      path: picture(`report-index-${view.width}-${view.colorScheme}`),
      fullPage: true,
    });
    await page.getByRole("link", { name: "What is going on on GitHub?" }).click();
    await page.locator("figure.chart.drawn").nth(6).waitFor();
    expect(decodeURIComponent(page.url())).toBe(decodeURIComponent(pathToFileURL(report).href));
    expect(await page.title()).toBe("What is going on on GitHub? · limit 5");
    expect(errors).toEqual([]);
    expect(requests).toHaveLength(2);
    await page.context().close();
  });
});

describe("a report of hostile outputs", () => {
  const attack = `</script><script>window.hurt = 1</script><img src="https://example.com/x.png" onerror="window.hurt = 2">`;

  it("runs no script and asks for nothing", async () => {
    const spec = {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      title: attack,
      description: `"><script>window.hurt = 3</script>`,
      data: { values: [{ repo: attack, events: 1 }] },
      mark: { type: "bar", tooltip: true },
      encoding: {
        x: { field: "events", type: "quantitative" },
        y: { field: "repo", type: "nominal" },
      },
    };
    const bundle = { "application/vnd.vegalite.v5+json": spec, "text/plain": attack };
    const kernel = join(installationDir, "node_modules", "tslab", "dist", "jupyter.js");
    const notebook = writeNotebook("hostile", [
      `# Hostile ${attack}`,
      [`console.log(${JSON.stringify(attack)});`, `console.error(${JSON.stringify(attack)});`],
      [
        `const data = ${JSON.stringify(bundle)};`,
        `require(${JSON.stringify(kernel)}).lastWriteDisplayData({ data: data, metadata: {}, transient: {} }, false);`,
      ],
      // Not escaped at all, as no display of ours would write it: the page's policy must hold.
      [
        `import { display } from "tslab";`,
        `display.html(${JSON.stringify(attack.replace("</script>", ""))});`,
      ],
    ]);
    const { reports } = await exportReport(settings, { notebooks: [notebook], outDir }, effects);
    const file = reports[0]?.path ?? "";
    const { page, errors } = await openOffline(file, { width: 1400, colorScheme: "light" }, 1);
    await page.locator("figure.chart .live .role-mark path[aria-label]").first().hover();
    await page.locator("#vg-tooltip-element.visible").waitFor();
    expect(await page.evaluate("window.hurt")).toBeUndefined();
    expect(await page.locator("figure.chart .live svg.marks").count()).toBe(1);
    expect(await page.locator("h1").textContent()).toContain("<script>window.hurt");
    // The image was refused by the page's own policy, before it came to the network being off.
    expect(errors.filter((text) => text.includes("Content Security Policy"))).not.toEqual([]);
    expect(errors.filter((text) => text.includes("Failed to load"))).toEqual([]);
    await page.context().close();
  });
});
