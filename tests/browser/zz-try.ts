import { startHub } from "/work/main/tests/browser/hub";
import { startSshServer, openTunnel } from "/work/main/tests/browser/ssh";
import { launchChromium, watchPage } from "/work/main/tests/browser/chromium";
import { logIn, openNotebook, runAllCells } from "/work/main/tests/browser/lab";
import { processesWith } from "/work/main/tests/browser/processes";
(async () => {
  const t0 = performance.now(); const lap = (w: string) => console.log(((performance.now()-t0)/1000).toFixed(1), w);
  const hub = await startHub(process.argv[2]!); lap("hub " + hub.port);
  const ssh = await startSshServer(hub.port); lap("sshd");
  const tunnel = await openTunnel(ssh, hub.port); lap("tunnel " + tunnel.output());
  const browser = await launchChromium();
  const ctx = await browser.newContext({ viewport: { width: 1400, height: 1000 }, deviceScaleFactor: 1 });
  const w = await watchPage(ctx);
  const address = `http://127.0.0.1:${tunnel.port}`;
  try {
    await w.page.goto(address); await w.page.waitForTimeout(500); await w.page.screenshot({ path: "/tmp/hub/login.png" });
    await logIn(w.page, address, hub.user, hub.password); lap("logged in " + w.page.url());
    await openNotebook(w.page, `${address}/user/${hub.user}`, process.argv[3] ?? "notebooks/02-activity.ipynb"); lap("opened");
    await w.page.screenshot({ path: "/tmp/hub/lab-0.png" });
    const state = await runAllCells(w.page, 240000); lap(JSON.stringify(state).slice(0, 3000));
  } finally {
    await w.page.screenshot({ path: "/tmp/hub/lab-1.png" });
    console.log(w.errors.slice(0, 10)); console.log([...new Set(w.requests.map(r => new URL(r).host))]);
    console.log("kernels", processesWith(hub.runtimeDir));
    await browser.close(); await tunnel.stop(); lap("tunnel stopped"); await ssh.stop(); lap("sshd stopped"); await hub.stop(); lap("hub stopped");
    console.log("kernels", processesWith(hub.runtimeDir), processesWith("jupyterhub-singleuser"));
    require("fs").writeFileSync("/tmp/hub/hub-out.log", hub.output());
  }
})().catch(e => { console.error(e); process.exitCode = 1; });
