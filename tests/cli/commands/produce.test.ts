import { Command } from "commander";
import { describe, expect, it } from "vitest";
import {
  addProduceOptions,
  failOnDamagedHours,
  formatProduce,
  type ProduceFlags,
  readProduceOptions,
} from "../../../src/cli/commands/produce";
import { loadSettings } from "../../../src/lib/config/load";
import { systemEffects } from "../../../src/lib/effects";
import { produce } from "../../../src/lib/produce";
import { openSource } from "../../../src/lib/github/open-source";

function parse(...args: string[]): ReturnType<typeof readProduceOptions> {
  const command = addProduceOptions(new Command("produce")).exitOverride();
  command.configureOutput({ writeErr: () => undefined });
  command.parse(args, { from: "user" });
  return readProduceOptions(command.opts<ProduceFlags>());
}

const settings = loadSettings({ env: {}, cwd: "/" });

describe("workbench produce", () => {
  it("reads whose events, the pace and the share", () => {
    expect(
      parse(
        ...["--repo", "o/a", "--repo", "o/b", "--org", "o", "--user", "u"],
        ...["--pace", "budget", "--quota-share", "0.5"],
      ),
    ).toEqual({
      repos: ["o/a", "o/b"],
      orgs: ["o"],
      users: ["u"],
      pace: "budget",
      quotaShare: 0.5,
    });
  });

  it("reads what to learn besides, and its share", () => {
    expect(parse("--enrich", "0.2", "--enrich-repos", "o/a, o/b")).toEqual({
      enrich: 0.2,
      enrichRepos: ["o/a", "o/b"],
    });
  });

  it.each([
    [{ enrich: 1 }, /share for enrichment is 1/],
    [{ enrich: 0.2, source: "file", files: ["f"] }, /--enrich was given to the source file/],
    [{ enrich: 0.2 }, /--enrich needs a token/],
    [{ enrichRepos: ["o/r"] }, /but no share/],
    [{ enrich: 0.3, pace: "budget" }, /0.8 and enrichment with 0.3 of the limit are more/],
  ] as const)("asks nothing where %j does not fit", async (options, message) => {
    await expect(produce(settings, options, systemEffects())).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(message) as string,
    });
  });

  it.each(["0", "1.5", "-1", "half", ""])("refuses a quota share of %j", (share) => {
    expect(() => parse("--quota-share", share)).toThrow(/over 0 and up to 1/);
    expect(() =>
      openSource(settings, { source: "github", quotaShare: share === "" ? NaN : Number(share) }),
    ).toThrow(/quota share/);
  });

  it.each([
    [{ repos: ["o/r"] }, /--repo was given to the source file/],
    [{ pace: "budget" }, /--pace was given/],
    [{ quotaShare: 0.5 }, /--quota-share was given/],
  ] as const)("refuses what only polling has for a file: %j", (options, message) => {
    expect(() => openSource(settings, { source: "file", files: ["f"], ...options })).toThrow(
      message,
    );
  });

  it("sums up in one line", () => {
    const counts = { events: 10, produced: 4, duplicates: 5, skipped: 1, requests: 3 };
    expect(
      formatProduce({ ...counts, not_modified: 0, coverage: 0.412, coverage_by_type: {} }),
    ).toBe(
      "4 messages produced of 10 events, 5 duplicates left out, 1 skipped, 3 requests, " +
        "about 41.2 % of all events captured",
    );
  });

  it("fails on damaged hours, not on missing ones", () => {
    const counts = { done: 1, skipped_done: 0, nearly_empty: [], left: 0 };
    const exitCode = (damaged: { hour: string; reason: string }[]): unknown => {
      const process: { exitCode?: number } = {};
      failOnDamagedHours({ hours: { ...counts, missing: ["2026-02-01T02"], damaged } }, process);
      return process.exitCode;
    };
    expect(exitCode([])).toBeUndefined();
    expect(exitCode([{ hour: "2026-02-01T01", reason: "cut off" }])).toBe(1);
  });
});
