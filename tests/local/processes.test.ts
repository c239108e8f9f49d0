import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemEffects } from "../../src/lib/effects";
import { isAlive, listProcesses } from "../../src/local/proc";
import {
  clearCrashed,
  engineState,
  forgetEngine,
  lastLogLines,
  logFile,
  recordEngine,
  startEngine,
  stopEngine,
  waitUntilReady,
} from "../../src/local/processes";

const effects = systemEffects();
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "processes-"));
});

afterEach(async () => {
  await stopEngine(home, "trial", effects, 100);
  rmSync(home, { recursive: true, force: true });
});

function start(script: string): ReturnType<typeof startEngine> {
  const env = { PATH: process.env["PATH"] };
  const command = ["bash", "-c", script] as const;
  return startEngine(home, { name: "trial", command, env, cwd: home, port: 1234 }, effects);
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 500) throw new Error("it never came true");
    await effects.sleep(10);
  }
}

describe("an engine", () => {
  it("is recorded, runs with its home, and is stopped and forgotten", async () => {
    const record = await start("echo home=$WORKBENCH_HOME; exec sleep 60");
    expect(engineState(home, "trial")).toEqual({ name: "trial", state: "running", record });
    expect(record).toMatchObject({ port: 1234, command: ["bash", "-c", expect.any(String)] });
    await until(() => lastLogLines(home, "trial", 1)[0] === `home=${home}`);

    expect((await stopEngine(home, "trial", effects)).state).toBe("running");
    expect(isAlive(record)).toBe(false);
    expect(engineState(home, "trial").state).toBe("stopped");
    expect((await stopEngine(home, "trial", effects)).state).toBe("stopped");
  });

  it("has crashed when nobody stopped it and its process is gone", async () => {
    const record = await start("exec sleep 60");
    process.kill(record.pid, "SIGKILL");
    await until(() => !isAlive(record));
    expect(engineState(home, "trial")).toEqual({ name: "trial", state: "crashed", record });
  });

  it("has crashed when its number is somebody else's by now", () => {
    const { pid } = process;
    const command = ["x"];
    const record = recordEngine(home, { name: "trial", pid, command, now: 0 });
    const file = join(home, "run", "trial.json");
    writeFileSync(file, JSON.stringify({ ...record, startTicks: record.startTicks - 1 }));
    expect(engineState(home, "trial").state).toBe("crashed");
    // Above all, stopping it must not reach the innocent: this very process.
    return stopEngine(home, "trial", effects);
  });

  it("is killed when it does not heed SIGTERM", async () => {
    const record = await start("trap '' TERM; echo deaf; while true; do sleep 0.05; done");
    await until(() => lastLogLines(home, "trial", 1)[0] === "deaf");
    await stopEngine(home, "trial", effects, 200);
    expect(isAlive(record)).toBe(false);
  });

  it("takes with it what it started, but not an engine of its own record", async () => {
    const { pid } = await start("sleep 61 & sleep 62 & echo up; wait");
    await until(() => lastLogLines(home, "trial", 1)[0] === "up");
    await until(() => listProcesses().filter((one) => one.parentPid === pid).length === 2);
    const [plain, other] = listProcesses().filter((one) => one.parentPid === pid);
    if (plain === undefined || other === undefined) throw new Error("no children");
    recordEngine(home, { name: "other", pid: other.pid, command: ["sleep"], now: 0 });

    await stopEngine(home, "trial", effects);
    expect([isAlive(plain), isAlive(other)]).toEqual([false, true]);
    process.kill(other.pid, "SIGKILL");
    forgetEngine(home, "other");
  });

  it("leaves nothing that keeps its port when it crashed", async () => {
    const record = await start("sleep 63 & echo up; wait");
    await until(() => lastLogLines(home, "trial", 1)[0] === "up");
    const below = listProcesses().filter((one) => one.parentPid === record.pid);
    expect(below).toHaveLength(1);
    process.kill(record.pid, "SIGKILL");
    await until(() => !isAlive(record));
    expect(below.map(isAlive)).toEqual([true]);

    expect(await clearCrashed(home, "trial", effects)).toBe(true);
    expect(below.map(isAlive)).toEqual([false]);
  });

  it("is not started twice", async () => {
    await start("exec sleep 60");
    await expect(start("exec sleep 60")).rejects.toMatchObject({ code: "ENGINE" });
  });

  it("that cannot be started says so", async () => {
    const command = ["/no/such/program"] as const;
    const engine = { name: "trial", command, env: {}, cwd: home };
    await expect(startEngine(home, engine, effects)).rejects.toMatchObject({
      code: "ENGINE",
      message: expect.stringContaining("ENOENT") as string,
    });
  });
});

describe("waitUntilReady", () => {
  it("tells the log's last lines when the process ends instead", async () => {
    await start("echo no room left >&2; sleep 0.1; exit 3");
    const probe = (): Promise<never> => Promise.reject(new Error("refused"));
    await expect(waitUntilReady(home, "trial", probe, effects)).rejects.toMatchObject({
      code: "ENGINE",
      message: expect.stringMatching(/ended while it was starting; no room left/) as string,
      hint: "npx workbench logs trial",
    });
  });

  it("tells the last reason when the time is over", async () => {
    await start("exec sleep 60");
    const probe = (): Promise<never> => Promise.reject(new Error("refused"));
    await expect(waitUntilReady(home, "trial", probe, effects, 100)).rejects.toMatchObject({
      message: expect.stringMatching(/does not answer after 0 s: refused/) as string,
    });
  });

  it("returns as soon as the probe succeeds", async () => {
    await start("exec sleep 60");
    let asked = 0;
    const probe = (): Promise<unknown> =>
      (asked += 1) < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve();
    await waitUntilReady(home, "trial", probe, effects);
    expect(asked).toBe(3);
  });
});

describe("lastLogLines", () => {
  it("reads the end of a long log, and nothing of a missing one", () => {
    expect(lastLogLines(home, "trial", 5)).toEqual([]);
    mkdirSync(join(home, "logs"));
    const file = logFile(home, "trial");
    for (let part = 0; part < 20; part += 1) appendFileSync(file, `${"x".repeat(9_999)}\n`);
    appendFileSync(file, "one\n\ntwo\n");
    expect(readFileSync(file).length).toBeGreaterThan(65_536);
    expect(lastLogLines(home, "trial", 2)).toEqual(["one", "two"]);
    expect(lastLogLines(home, "trial", 0)).toEqual([]);
  });
});
