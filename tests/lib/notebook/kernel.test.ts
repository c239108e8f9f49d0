import { createRequire } from "node:module";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemEffects } from "../../../src/lib/effects";
import { display, show } from "../../../src/lib/notebook/display";
import { notebookEffects, runStoppable } from "../../../src/lib/notebook/effects";
import { abortRunning } from "../../../src/lib/notebook/interrupt";
import { type DisplayData, inNotebook } from "../../../src/lib/notebook/kernel";
import { notebookProgress } from "../../../src/lib/notebook/progress";

const require = createRequire(__filename);
/** A kernel among the loaded modules, as tslab leaves it there. */
const kernelPath = "/somewhere/node_modules/tslab/dist/jupyter.js";

describe("in a kernel", () => {
  let written: { data: DisplayData; update: boolean }[];
  beforeEach(() => {
    written = [];
    const lastWriteDisplayData = (data: DisplayData, update: boolean): void => {
      written.push({ data, update });
    };
    require.cache[kernelPath] = { exports: { lastWriteDisplayData } } as NodeJS.Module;
  });
  afterEach(() => {
    Reflect.deleteProperty(require.cache, kernelPath);
  });

  it("several forms go in one output", async () => {
    const forms = { "image/svg+xml": "<svg/>", "text/plain": "a chart" };
    await show({ mimeBundle: () => Promise.resolve(forms) });
    expect(written).toEqual([
      { data: { data: forms, metadata: {}, transient: {} }, update: false },
    ]);
  });

  it("what stands below it is an output of its own", async () => {
    const footnote = { "text/html": "<p>x</p>", "text/plain": "x" };
    await show({
      mimeBundle: () => Promise.resolve({ "text/plain": "a chart" }),
      footnote: () => footnote,
    });
    expect(written.map(({ data }) => data.data)).toEqual([{ "text/plain": "a chart" }, footnote]);
  });

  it("progress is drawn in one output, in place, and told apart for the export", () => {
    let now = 0;
    const progress = notebookProgress(() => now);
    progress.update({ step: "etl", state: "STARTING" });
    expect(written).toEqual([]);
    now = 1000;
    progress.update({ step: "etl", state: "RUNNING", fraction: 0.5, figures: { rows: 1913 } });
    now = 1050;
    progress.update({ step: "etl", state: "RUNNING", fraction: 0.6 });
    now = 65_000;
    progress.update({ step: "etl", state: "<b>", figures: { dataScannedBytes: 2048 } });
    progress.finish();
    expect(written.map(({ update }) => update)).toEqual([false, true, true]);
    expect(new Set(written.map(({ data }) => data.transient.display_id)).size).toBe(1);
    expect(written[0]?.data.data["text/plain"]).toBe("etl RUNNING · 00:01 · 1,913 rows · 50 %");
    expect(written[0]?.data.data["text/html"]).toContain('aria-valuenow="50"');
    expect(written[0]?.data.metadata).toEqual({ workbench: { progress: true } });
    expect(written[2]?.data.data["text/plain"]).toBe("etl <b> · 01:05 · 2.0 KB data scanned");
    expect(written[2]?.data.data["text/html"]).toContain("etl &lt;b&gt;");
  });

  it("stopping the cell aborts what runs, and a library loaded anew listens in its place", async () => {
    const before = process.listenerCount("SIGINT");
    const work = (signal: AbortSignal): Promise<void> =>
      systemEffects().sleep(60_000, notebookEffects(signal).signal);
    const first = runStoppable(work);
    const second = runStoppable(work);
    await new Promise(setImmediate);
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
    abortRunning();
    await expect(first).rejects.toMatchObject({ code: "ABORTED" });
    await expect(second).rejects.toMatchObject({ code: "ABORTED" });
  });
});

describe("outside a kernel", () => {
  it("text goes to standard output, and Ctrl-C stays the program's own", async () => {
    expect(inNotebook()).toBe(false);
    const before = process.listenerCount("SIGINT");
    const lines: unknown[] = [];
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((line) => {
      lines.push(line);
      return true;
    });
    try {
      display("hello");
      await runStoppable((signal) => Promise.resolve(notebookEffects(signal)));
    } finally {
      spy.mockRestore();
    }
    await new Promise(setImmediate);
    expect(lines).toEqual(["hello\n"]);
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  it("the caller's own signal stops the work", async () => {
    const own = new AbortController();
    const work = runStoppable((signal) => systemEffects().sleep(60_000, signal), own.signal);
    own.abort();
    await expect(work).rejects.toMatchObject({ code: "ABORTED" });
  });
});
