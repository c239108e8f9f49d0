import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, expect, it } from "vitest";
import { register as registerAnalyse } from "../../../src/cli/commands/analyse";
import { register as registerQuery } from "../../../src/cli/commands/query";
import { type CliContext, toJson } from "../../../src/cli/context";
import { systemEffects } from "../../../src/lib/effects";
import { toWorkbenchError, type WorkbenchError } from "../../../src/lib/errors";
import { execution, type FakeAthena, page, startFakeAthena } from "../../lib/athena/fake-athena";

let fake: FakeAthena;
let dir: string;
let out: string;
let notes: string[];
let failure: WorkbenchError | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "workbench-query-"));
  [out, notes, failure] = ["", [], undefined];
  fake = await startFakeAthena((operation) => {
    if (operation === "StartQueryExecution") return { QueryExecutionId: "q-1" };
    if (operation === "GetQueryExecution") {
      return execution("SUCCEEDED", undefined, { SubstatementType: "SELECT" });
    }
    return page(
      [
        ["repo", "varchar"],
        ["position", "bigint"],
        ["events", "bigint"],
        ["pushes", "bigint"],
        ["data_events", "bigint"],
      ],
      [
        ["repo", "position", "events", "pushes", "data_events"],
        ["=a/b", "1", "7", "7", "9"],
      ],
    );
  });
});
afterEach(async () => {
  await fake.close();
  await rm(dir, { recursive: true });
});

/** Runs a command line against the fake, as the `workbench` command would. */
async function run(...args: string[]): Promise<void> {
  const write = (text: string): Promise<void> => {
    out += text;
    return Promise.resolve();
  };
  const context: CliContext = {
    settings: () => ({ ...fake.settings, home: dir }),
    write,
    async run(options, action, print) {
      const logger = {
        debug: () => undefined,
        info: (line: string) => notes.push(line),
        warn: () => undefined,
      };
      try {
        const result = await action(systemEffects({ logger, sleep: () => Promise.resolve() }));
        await write(options.json === true ? toJson(result) : (print(result) ?? ""));
      } catch (error) {
        failure = toWorkbenchError(error);
      }
    },
  };
  const program = new Command().exitOverride();
  registerQuery(program, context);
  registerAnalyse(program, context);
  await program.parseAsync(["node", "workbench", ...args]);
}

it("--format json --json prints the rows with what they cost", async () => {
  await run("query", "SELECT 1", "--format", "json", "--json", "--param", "7", "it's");
  expect(JSON.parse(out)).toMatchObject({
    rows: [{ repo: "=a/b", position: 1, events: 7 }],
    query_execution_id: "q-1",
    data_scanned_bytes: 2048,
    engine_ms: 12,
    reused: false,
    cached_at: null,
  });
  expect(fake.calls[0]?.body["ExecutionParameters"]).toEqual(["7", "'it''s'"]);
});

it("a table goes to standard output, its figures beside it", async () => {
  await run("query", "SELECT 1");
  expect(out.split("\n")[2]).toMatch(/^=a\/b +1 +7 +7 +9$/);
  expect(notes).toEqual(["1 row · 2.0 KB scanned · $0.000048 at AWS's list price · 12 ms"]);
});

it("--cache answers again without asking, and says so; --no-cache asks", async () => {
  const asked = (): number => fake.calls.length;
  for (const command of [
    ["query", "SELECT 1"],
    ["analyse", "repository-activity"],
  ]) {
    notes = [];
    await run(...command, "--cache", "15m");
    const before = asked();
    await run(...command, "--cache", "15m");
    expect(asked()).toBe(before);
    expect(notes.join("\n")).toMatch(/1 row · from the local cache, of .* UTC, 0 s old/);
    await run(...command, "--cache", "15m", "--no-cache");
    expect(asked()).toBeGreaterThan(before);
    out = "";
    await run(...command, "--cache", "15m", "--json");
    expect(JSON.parse(out)).toMatchObject({
      cached_at: expect.stringMatching(/^20.*Z$/) as string,
    });
  }
});

it("CSV is written page by page, guarded against formulas", async () => {
  await run("query", "SELECT 1", "--format", "csv");
  expect(out).toBe("repo,position,events,pushes,data_events\n'=a/b,1,7,7,9\n");
});

it("an analysis prints its name, and writes its chart in each form", async () => {
  for (const ending of ["svg", "html", "json"]) {
    out = "";
    await run(
      "analyse",
      "repository-activity",
      "--json",
      "--chart",
      join(dir, "deep", `c.${ending}`),
    );
    expect(JSON.parse(out)).toMatchObject({
      name: "repository-activity",
      rows: [{ repo: "=a/b" }],
    });
  }
  expect(readFileSync(join(dir, "deep", "c.svg"), "utf8")).toMatch(/^<svg/);
  expect(readFileSync(join(dir, "deep", "c.html"), "utf8")).toMatch(/^<!doctype html>/);
  expect(readFileSync(join(dir, "deep", "c.json"), "utf8")).toContain("vega-lite/v5.json");
});

it("--list tells the questions and the parameters", async () => {
  await run("analyse", "--list");
  expect(out).toMatch(/repository-activity +Which repositories/);
  expect(out).toContain("--limit N: repositories (default 15)");
  expect(fake.calls).toEqual([]);
});

it.each([
  [["query", "SELECT 1", "--format", "xml"], '--format is "xml"'],
  [["query", "SELECT 1", "--format", "csv", "--json"], "contradict"],
  [["query", " "], "empty"],
  [["query", "SELECT 1", "--cache", "soon"], 'cache is "soon"'],
  [["query", "SELECT 1", "--max-scan", "100"], '--max-scan is "100"'],
  [["query", "SELECT 1", "--reuse", "8d"], 'reuse is "8d"'],
  [["analyse", "event-frequency", "--max-scan", "0MB"], '--max-scan is "0MB"'],
  [["query", "SELECT ?", "--param", "a\0b"], "zero byte"],
  [["analyse"], "needs the name"],
  [["analyse", "top-contributers"], "no analysis"],
  [["analyse", "top-contributors", "--days", "many"], '--days is "many"'],
  [["analyse", "event-frequency", "--limit", "5"], "no parameter limit"],
  [["analyse", "event-frequency", "--chart", "c.gif"], '--chart is "c.gif"'],
])("%j is wrong usage, and nothing is asked", async (args, words) => {
  await run(...args);
  expect(failure).toMatchObject({ code: "USAGE" });
  expect(failure?.message).toContain(words);
  expect(out).toBe("");
  expect(fake.calls).toEqual([]);
});
