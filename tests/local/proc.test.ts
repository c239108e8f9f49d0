import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import {
  descendants,
  isAlive,
  parseStat,
  type ProcessFacts,
  readProcess,
  signalProcess,
} from "../../src/local/proc";

/** Fields 7 to 21. */
const rest = "7 8 9 10 11 12 13 14 15 16 17 18 19 20 21";

describe("parseStat", () => {
  it.each([
    ["a plain name", `42 (java) S 7 42 40 ${rest} 998877 0`],
    ["a name with spaces and parentheses", `42 (a) S 9) (b) S 7 42 40 ${rest} 998877 0`],
  ])("counts the fields after %s", (_case, line) => {
    expect(parseStat(line)).toEqual({ pid: 42, parentPid: 7, session: 40, startTicks: 998877 });
  });

  it("takes a zombie for what has ended", () => {
    expect(parseStat(`42 (java) Z 7 42 40 ${rest} 998877 0`)).toBeUndefined();
  });
});

describe("descendants", () => {
  const facts = (pid: number, parentPid: number): ProcessFacts => ({
    pid,
    parentPid,
    session: 1,
    startTicks: 1,
  });

  it("finds children of children, nearest first, and nobody else's", () => {
    const all = [facts(5, 3), facts(3, 2), facts(4, 2), facts(2, 1), facts(9, 1)];
    expect(descendants(2, all).map(({ pid }) => pid)).toEqual([3, 4, 5]);
  });
});

describe("a process", () => {
  it("is alive under its own start only", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const facts = readProcess(child.pid ?? 0);
    expect(facts?.parentPid).toBe(process.pid);
    if (facts === undefined) return;
    const successor = { pid: facts.pid, startTicks: facts.startTicks + 1 };
    expect([isAlive(facts), isAlive(successor)]).toEqual([true, false]);

    // A signal for another process of the same number must not reach this one.
    signalProcess(successor, "SIGKILL");
    expect(isAlive(facts)).toBe(true);
    signalProcess(facts, "SIGKILL");
    await once(child, "exit");
    expect(isAlive(facts)).toBe(false);
  });
});
