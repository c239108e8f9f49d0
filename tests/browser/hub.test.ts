import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installationDir } from "../../src/lib/config/sources";
import { launchChromium, picture, watchPage } from "./chromium";
import { openDemoData } from "./demo-data";
import { type Hub, startHub } from "./hub";
import { logIn, openNotebook, runAllCells } from "./lab";
import { processesWith } from "./processes";
import { openTunnel, type SshServer, startSshServer } from "./ssh";

let browser: Browser;
let hub: Hub;
let ssh: SshServer;
let notebooks: string;

beforeAll(async () => {
  const settings = await openDemoData();
  // JupyterLab saves what it has open: it gets a copy, in a folder that git does not see.
  mkdirSync(join(installationDir, "reports"), { recursive: true });
  notebooks = mkdtempSync(join(installationDir, "reports", "browser-test-"));
  copyFileSync(
    join(installationDir, "notebooks", "02-activity.ipynb"),
    join(notebooks, "02-activity.ipynb"),
  );
  hub = await startHub(settings.home, { DATASET: settings.dataset });
  ssh = await startSshServer(hub.port);
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  await ssh.stop();
  rmSync(notebooks, { recursive: true });
});

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
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
    const { page, requests } = await watchPage(context);
    const address = `http://127.0.0.1:${tunnel.port}`;
    const path = relative(installationDir, join(notebooks, "02-activity.ipynb"));
    await logIn(page, address, hub.user, hub.password);
    await openNotebook(page, `${address}/user/${hub.user}`, path);
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

  it("leaves no server and no kernel behind when it stops", async () => {
    await hub.stop();
    expect(processesWith(hub.runtimeDir)).toEqual([]);
    expect(processesWith(basename(notebooks))).toEqual([]);
    expect(processesWith(`--port=${hub.port}`)).toEqual([]);
  });
});
