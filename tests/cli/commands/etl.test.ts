import { describe, expect, it } from "vitest";
import { formatEtl, runEvery } from "../../../src/cli/commands/etl";
import type { Settings } from "../../../src/lib/config/settings";
import { type Effects, systemEffects } from "../../../src/lib/effects";
import { WorkbenchError } from "../../../src/lib/errors";
import type { EtlSummary } from "../../../src/lib/etl";

const settings = {} as Settings;

function summary(written: number): EtlSummary {
  return {
    job_run_id: `jr_${written}`,
    state: "SUCCEEDED",
    rows_read: written,
    rows_written: written,
    duplicates: 0,
    quarantined: 0,
  };
}

/** A clock that `runs` milliseconds pass on each run; interrupted at the given sleep. */
function clock(interruptAt: number): {
  effects: Effects;
  slept: number[];
  tick: (ms: number) => void;
} {
  let nowMs = 0;
  const slept: number[] = [];
  const effects = systemEffects({
    now: () => nowMs,
    sleep: (ms) => {
      slept.push(ms);
      nowMs += ms;
      return slept.length === interruptAt
        ? Promise.reject(new WorkbenchError("ABORTED", "stopped while waiting"))
        : Promise.resolve();
    },
  });
  return {
    effects,
    slept,
    tick: (ms) => {
      nowMs += ms;
    },
  };
}

describe("runEvery", () => {
  it("keeps the interval from start to start and ends with the last summary", async () => {
    const { effects, slept, tick } = clock(3);
    const durations = [100, 900, 5000];
    let runs = 0;
    const last = await runEvery(settings, {}, 1000, effects, () => {
      tick(durations[runs] ?? 0);
      runs += 1;
      return Promise.resolve(summary(runs));
    });
    expect(slept).toEqual([900, 100, 0]);
    expect(last).toEqual(summary(3));
  });

  it("tries again after a run that failed, but not where a setting is wrong", async () => {
    const { effects } = clock(3);
    let runs = 0;
    const last = await runEvery(settings, {}, 1000, effects, () => {
      runs += 1;
      if (runs === 2) return Promise.reject(new WorkbenchError("GLUE", "ValueError: x"));
      return Promise.resolve(summary(runs));
    });
    expect(last).toEqual(summary(3));

    const wrong = new WorkbenchError("CONFIG", "GLUE_ROLE is not set");
    await expect(
      runEvery(settings, {}, 1000, clock(9).effects, () => Promise.reject(wrong)),
    ).rejects.toBe(wrong);
  });
});

describe("formatEtl", () => {
  it.each([
    [summary(3), "SUCCEEDED: 3 rows written of 3 read, 0 duplicates, 0 quarantined (job run jr_3)"],
    [
      { ...summary(1), state: "STARTING", rows_read: null, rows_written: null },
      "STARTING: job run jr_1",
    ],
  ])("%#", (given, line) => {
    expect(formatEtl(given)).toBe(line);
  });
});
