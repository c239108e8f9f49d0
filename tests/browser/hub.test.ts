import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { exportReport } from "../../src/lib/report";
import { launchChromium, picture, type WatchedPage, watchPage } from "./chromium";
import { openDemoData } from "./demo-data";
import { chartNames, takeChartPictures, writeEveryChart } from "./every-chart";
import { type Hub, startHub } from "./hub";
import { logIn, openNotebook, runAllCells } from "./lab";
import { processesWith } from "./processes";
import { expectReadable, notebookCharts } from "./readable";
import { openTunnel, type SshServer, startSshServer } from "./ssh";
import { makeNotebookFolder } from "./trial-notebook";

let browser: Browser;
let hub: Hub;
let ssh: SshServer;
let notebooks: string;
let settings: Settings;

beforeAll(async () => {
  settings = await openDemoData();
  // JupyterLab saves what it has open: it gets a copy, in a folder that git does not see.
  notebooks = makeNotebookFolder();
  for (const name of ["00-start-here.ipynb", "02-activity.ipynb", "06-live.ipynb"]) {
    const text = readFileSync(join(installationDir, "notebooks", name), "utf8");
    // A minute of watching is long for a test.
    writeFileSync(join(notebooks, name), text.replace('watchFor = \\"1m', 'watchFor = \\"12s'));
  }
  writeEveryChart(notebooks);
  hub = await startHub(settings.home, { DATASET: settings.dataset });
  ssh = await startSshServer(hub.port);
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  await ssh.stop();
  rmSync(notebooks, { recursive: true });
});

/** Logs in; `address` is the user's own. */
async function openLab(
  port = hub.port,
): Promise<WatchedPage & { address: string; context: BrowserContext; close: () => Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1300 } });
  const watched = await watchPage(context);
  const address = `http://127.0.0.1:${port}`;
  await logIn(watched.page, address, hub.user, hub.password);
  expect(watched.page.url()).toContain("00-start-here");
  const close = (): Promise<void> => context.close();
  return { ...watched, address: `${address}/user/${hub.user}`, context, close };
}

/** A copied notebook's path in the checkout. */
function pathOf(name: string): string {
  return relative(installationDir, join(notebooks, `${name}.ipynb`));
}

describe("JupyterHub through an ssh tunnel", () => {
  it("lets nobody in with a wrong password", async () => {
    const { page } = await watchPage(await browser.newContext());
    await page.goto(`http://127.0.0.1:${hub.port}`);
    await page.fill("#username_input", hub.user);
    await page.fill("#password_input", "not the password");
    await page.click("#login_submit");
    await page.getByText("Invalid username or password").waitFor();
    await page.context().close();
  });

  it("runs 02-activity and shows its charts", async () => {
    const tunnel = await openTunnel(ssh, hub.port);
    const { page, requests, address, context } = await openLab(tunnel.port);
    await openNotebook(page, address, pathOf("02-activity"));
    const { charts, errors } = await runAllCells(page, 240_000);
    expect(errors).toEqual([]);
    expect(charts).toBe(7);
    // A chart that is there may still be nothing wide, and one that redraws for ever hangs the page.
    for (const chart of await page
      .locator(".jp-RenderedVegaCommon5 :is(svg, canvas).marks")
      .all()) {
      expect((await chart.boundingBox())?.width).toBeGreaterThan(600);
    }
    await page.locator(".jp-RenderedVegaCommon5").first().scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture("jupyterlab") });
    // Nothing but the tunnel's end was asked: no announcements, no fonts, no scripts from elsewhere.
    const hosts = new Set(requests.map((request) => new URL(request).host));
    expect([...hosts]).toEqual([`127.0.0.1:${tunnel.port}`]);
    expect(processesWith(hub.runtimeDir)).not.toEqual([]);
    await context.close();
    await tunnel.stop();
  });

  it("runs 00-start-here, whose check finds every service", async () => {
    const { page, address, close } = await openLab();
    await openNotebook(page, address, pathOf("00-start-here"));
    const { charts, errors } = await runAllCells(page, 240_000);
    expect(errors).toEqual([]);
    expect(charts).toBe(2);
    expect(await page.getByText("every service answers").count()).toBe(1);
    await page.getByRole("table").first().scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture("jupyterlab-start") });
    await close();
  });

  it("draws every analysis so that it can be read, light and dark", async () => {
    const { page, errors: complaints, address, close } = await openLab();
    await openNotebook(page, address, pathOf("every-chart"));
    const { charts, errors } = await runAllCells(page, 240_000);
    expect(errors).toEqual([]);
    expect(charts).toBe(chartNames.length);
    await expectReadable(page, notebookCharts);
    await takeChartPictures(page, notebookCharts, { place: "jupyterlab", view: "light" });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.locator('body[data-jp-theme-light="false"]').waitFor({ state: "attached" });
    await expectReadable(page, notebookCharts);
    await takeChartPictures(page, notebookCharts, { place: "jupyterlab", view: "dark" });
    expect(complaints).toEqual([]);
    await close();
  });

  it("draws 06-live in its place, and leaves a chart", async () => {
    const { page, address, close } = await openLab();
    await openNotebook(page, address, pathOf("06-live"));
    const running = runAllCells(page, 240_000);
    const still = page.locator('.jp-OutputArea-output[data-mime-type="image/svg+xml"]');
    await still.first().waitFor({ timeout: 120_000 });
    await page.waitForTimeout(4000);
    expect(await still.count()).toBe(1);
    await still.first().scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture("jupyterlab-live") });
    const { charts, errors } = await running;
    expect(errors).toEqual([]);
    expect(charts).toBe(1);
    expect(await still.count()).toBe(0);
    await page.screenshot({ path: picture("jupyterlab-live-end") });
    await close();
  });

  it("shows reports, and the list of them, in JupyterLab and as pages", async () => {
    const options = { outDir: join(notebooks, "made"), set: { limit: "5" } };
    const { reports } = await exportReport(settings, options, systemEffects());
    const { page, address, close } = await openLab();
    const made = relative(installationDir, options.outDir);
    await page.goto(`${address}/lab/tree/${made}/index.html`);
    const viewer = page.frameLocator(".jp-HTMLViewer iframe");
    const title = "What is going on on GitHub?";
    await viewer.getByRole("link", { name: title }).waitFor({ timeout: 120_000 });
    await page.screenshot({ path: picture("jupyterlab-report-index") });
    await page.goto(`${address}/lab/tree/${made}/${basename(reports[0]?.path ?? "")}`);
    await viewer.getByRole("heading", { name: title }).waitFor({ timeout: 120_000 });
    await viewer.locator("figure.chart").first().scrollIntoViewIfNeeded();
    // Until the page is trusted no script runs in it, and charts are their still pictures.
    expect(await viewer.locator("figure.chart .still").first().isVisible()).toBe(true);
    await page.screenshot({ path: picture("jupyterlab-report") });
    await page.goto(`${address}/files/${made}/index.html`);
    await page.getByRole("link", { name: title }).click();
    await page.locator("figure.chart.drawn").nth(6).waitFor();
    await close();
  });

  it("leaves no server and no kernel behind when it stops", async () => {
    await hub.stop();
    expect(processesWith(hub.runtimeDir)).toEqual([]);
    expect(processesWith(basename(notebooks))).toEqual([]);
    expect(processesWith(`--port=${hub.port}`)).toEqual([]);
  });
});
