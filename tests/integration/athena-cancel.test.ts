import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runQuery } from "../../src/lib/athena/query";
import { loadSettings } from "../../src/lib/config/load";
import { installationDir } from "../../src/lib/config/sources";
import { systemEffects } from "../../src/lib/effects";
import { AthenaRunner, longQuery } from "./athena-runner";

let runner: AthenaRunner;
beforeAll(() => (runner = new AthenaRunner(loadSettings(), "default")));
afterAll(() => runner.close());

/** Runs `workbench query`, sends a signal once the query runs on the server, and waits. */
async function interrupted(
  mark: string,
  signal: NodeJS.Signals,
): Promise<{ code: unknown; out: string; notes: string[] }> {
  const program = join(installationDir, "scripts", "workbench");
  const child = spawn(process.execPath, [program, "query", longQuery(mark)]);
  let [out, notes] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (notes += chunk.toString()));
  const ended = once(child, "close");
  await runner.reaches(mark, "RUNNING");
  child.kill(signal);
  const [code] = (await ended) as [number | null];
  return { code, out, notes: notes.trim().split("\n") };
}

describe("a query under way", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "is cancelled on the server where %s ends `workbench query`",
    async (signal) => {
      const mark = `${signal.toLowerCase()}${Date.now()}`;
      const { code, out, notes } = await interrupted(mark, signal);
      expect((await runner.find(mark))?.Status?.State).toBe("CANCELLED");
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(notes.at(-1)).toBe("workbench: the query was stopped");
    },
  );

  it("is cancelled on the server where a program's signal stops it", async () => {
    const mark = `signal${Date.now()}`;
    const stop = new AbortController();
    const effects = systemEffects({ signal: stop.signal });
    const query = runQuery(loadSettings(), longQuery(mark), {}, effects);
    const failed = expect(query).rejects.toMatchObject({ code: "ABORTED" });
    await runner.reaches(mark, "RUNNING");
    stop.abort();
    await failed;
    expect((await runner.find(mark))?.Status?.State).toBe("CANCELLED");
  });
});
