import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseHour } from "../../../src/lib/github/archive-hour";
import {
  type ArchiveProgress,
  type KeptTypes,
  openArchiveProgress,
  type ProgressKey,
} from "../../../src/lib/github/archive-progress";
import { quickEffects } from "./archive-support";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "archive-progress-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const key: ProgressKey = {
  clusterId: "cluster",
  topic: "github-events",
  topicId: "0a",
  archive: "https://data.gharchive.org",
};
const hour = parseHour("2026-01-31T22", "from", 0);

function open(types: KeptTypes, changed: Partial<ProgressKey> = {}): Promise<ArchiveProgress> {
  return openArchiveProgress(home, { ...key, ...changed }, types, quickEffects().effects);
}

function stateFile(): string {
  const [name = ""] = readdirSync(join(home, "archive"));
  return join(home, "archive", name);
}

describe("openArchiveProgress", () => {
  it("remembers an hour for the next run, and no other hour", async () => {
    const first = await open("all");
    expect(first.isDone(hour)).toBe(false);
    await first.markDone(hour);
    expect(first.isDone(hour)).toBe(true);
    const second = await open("all");
    expect([hour - 1, hour, hour + 1].map((one) => second.isDone(one))).toEqual([
      false,
      true,
      false,
    ]);
    expect(readdirSync(join(home, "archive"))).toHaveLength(1);
    expect(JSON.parse(readFileSync(stateFile(), "utf8"))).toMatchObject({
      topic: "github-events",
      archive: "https://data.gharchive.org",
      hours_done: { all: ["2026-01-31T22"] },
    });
  });

  it.each<[string, Partial<ProgressKey>]>([
    ["cluster", { clusterId: "other" }],
    ["topic", { topic: "demo-events" }],
    ["topic made anew", { topicId: "0b" }],
    ["archive", { archive: "/data/hours" }],
  ])("begins with nothing done for another %s", async (_name, changed) => {
    await (await open("all")).markDone(hour);
    expect((await open("all", changed)).isDone(hour)).toBe(false);
  });

  it.each<[KeptTypes[], KeptTypes, boolean]>([
    [[["PushEvent"]], ["PushEvent"], true],
    [[["PushEvent"]], "all", false],
    [[["PushEvent"]], ["PushEvent", "ForkEvent"], false],
    [["all"], ["PushEvent", "ForkEvent"], true],
    [[["ForkEvent", "PushEvent"]], ["PushEvent"], true],
    [[["PushEvent"], ["ForkEvent"]], ["PushEvent", "ForkEvent"], true],
    [[["PushEvent"]], [], false],
  ])("with %j done, %j done is %s", async (marked, asked, expected) => {
    for (const types of marked) await (await open(types)).markDone(hour);
    expect((await open(asked)).isDone(hour)).toBe(expected);
  });

  it("keeps what another run has marked meanwhile", async () => {
    const [one, other] = [await open("all"), await open("all")];
    await one.markDone(hour);
    await other.markDone(hour + 5);
    const third = await open("all");
    expect([third.isDone(hour), third.isDone(hour + 5)]).toEqual([true, true]);
  });

  it.each(["", "{", '{"hours_done":[]}', '{"hours_done":{"all":["soon"]}}'])(
    "takes a file that holds %j for nothing done, and says so",
    async (content) => {
      await (await open("all")).markDone(hour);
      writeFileSync(stateFile(), content);
      const { effects, warnings } = quickEffects();
      const progress = await openArchiveProgress(home, key, "all", effects);
      expect(progress.isDone(hour)).toBe(false);
      expect(warnings).toEqual([expect.stringContaining(stateFile())]);
      await progress.markDone(hour);
      expect((await open("all")).isDone(hour)).toBe(true);
    },
  );

  it("refuses a home that cannot be written to", async () => {
    writeFileSync(join(home, "archive"), "a file");
    await expect(open("all")).rejects.toMatchObject({
      code: "CONFIG",
      hint: "set WORKBENCH_HOME to a folder that can be written to",
    });
  });
});
