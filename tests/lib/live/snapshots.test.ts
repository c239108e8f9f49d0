import { describe, expect, it } from "vitest";
import type { LiveSnapshot } from "../../../src/lib/live/board";
import { iterateSnapshots } from "../../../src/lib/live/snapshots";
import { noStats } from "./updates";

const snapshot = (at: number): LiveSnapshot => ({
  at: String(at),
  windows: [],
  top_repositories: [],
  top_contributors: [],
  stats: noStats,
});
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("iterateSnapshots", () => {
  it("gives a slow loop the newest each time, and ends with the reading", async () => {
    const seen: string[] = [];
    const run = async (tell: (one: LiveSnapshot) => void): Promise<void> => {
      await pause();
      for (let at = 1; at <= 9; at += 1) {
        tell(snapshot(at));
        if (at % 3 === 0) await pause();
      }
    };
    for await (const { at } of iterateSnapshots(run)) seen.push(at);
    expect(seen.at(-1)).toBe("9");
    expect(seen.length).toBeLessThan(9);
  });

  it("ends the reading when the loop is left", async () => {
    let ended = false;
    const run = async (tell: (one: LiveSnapshot) => void, leave: AbortSignal): Promise<void> => {
      tell(snapshot(1));
      await new Promise((resolve) => leave.addEventListener("abort", resolve));
      ended = true;
    };
    for await (const one of iterateSnapshots(run)) {
      expect(one.at).toBe("1");
      break;
    }
    expect(ended).toBe(true);
  });

  it("hands on what the reading fails with", async () => {
    const run = (): Promise<void> => Promise.reject(new Error("no broker"));
    await expect(iterateSnapshots(run).next()).rejects.toThrow("no broker");
  });
});
