import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import { installationDir } from "../../src/lib/config/sources";
import { AthenaRunner, longQuery } from "../integration/athena-runner";
import { launchChromium, picture, watchPage } from "./chromium";
import { type Hub, startHub } from "./hub";
import { logIn, openNotebook, readState } from "./lab";
import { makeNotebookFolder, writeNotebook } from "./trial-notebook";

const mark = `interrupted${Date.now()}`;
let browser: Browser;
let hub: Hub;
let runner: AthenaRunner;
let folder: string;

beforeAll(async () => {
  const settings = loadSettings();
  runner = new AthenaRunner(settings, "default");
  folder = makeNotebookFolder();
  writeNotebook(
    "interrupt",
    [
      [
        'import { openWorkbench } from "github-events-workbench";',
        'const wb = await openWorkbench({ dataset: "github" });',
      ],
      [`const long = await wb.query(${JSON.stringify(longQuery(mark))});`, "long.rows"],
      ['const next = await wb.query("SELECT 6 * 7 AS answer");', "console.log(next.rows);"],
    ],
    folder,
  );
  hub = await startHub(settings.home);
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  await hub.stop();
  runner.close();
  rmSync(folder, { recursive: true });
});

it("the Stop button cancels the cell's query on the server, and the next cell works", async () => {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  const { page } = await watchPage(context);
  const address = `http://127.0.0.1:${hub.port}`;
  await logIn(page, address, hub.user, hub.password);
  const path = relative(installationDir, join(folder, "interrupt.ipynb"));
  await openNotebook(page, `${address}/user/${hub.user}`, path);
  const cells = page.locator(".jp-Notebook .jp-CodeCell");
  const run = async (at: number): Promise<void> => {
    await cells.nth(at).locator(".cm-content").click();
    await page.keyboard.press("Control+Enter");
  };
  const ended = (at: number): Promise<void> =>
    cells
      .nth(at)
      .locator(".jp-InputPrompt", { hasText: /\[\d+\]/ })
      .waitFor({ timeout: 120_000 });

  await run(0);
  await ended(0);
  await run(1);
  const running = await runner.reaches(mark, "RUNNING");
  await page.screenshot({ path: picture("interrupt-running") });
  await page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
  const cancelled = await runner.reaches(mark, "CANCELLED");
  expect(cancelled?.QueryExecutionId).toBe(running?.QueryExecutionId);
  await ended(1);
  // The kernel answers before the query's error is there.
  expect((await readState(page)).errors).toEqual(["the cell was stopped\n"]);

  await run(2);
  await ended(2);
  expect(await cells.nth(2).locator(".jp-OutputArea").textContent()).toContain("answer: 42");
  await page.screenshot({ path: picture("interrupt-after") });
  await context.close();
});
