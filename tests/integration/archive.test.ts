/** Hours of GH Archive's form, from a folder into a real topic. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { produce, type ProduceOptions, type ProduceSummary } from "../../src/lib/produce";
import { eventLine, freshSettings, readTopic } from "./stream-support";

const effects = systemEffects();
let folder: string;
let settings: Settings;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hours-"));
  const fresh = freshSettings("archive");
  settings = { ...fresh, github: { ...fresh.github, archiveUrl: folder } };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The hours 22, 23 and 0 hold 400 events each, hour 1 is cut off, hour 2 is missing. */
function writeHours(): void {
  const hour = (first: number): Buffer =>
    gzipSync(Array.from({ length: 400 }, (_, at) => `${eventLine(first + at)}\n`).join(""));
  writeFileSync(join(folder, "2026-01-31-22.json.gz"), hour(0));
  writeFileSync(join(folder, "2026-01-31-23.json.gz"), hour(1000));
  writeFileSync(join(folder, "2026-02-01-0.json.gz"), hour(2000));
  const whole = hour(3000);
  writeFileSync(join(folder, "2026-02-01-1.json.gz"), whole.subarray(0, whole.length / 2));
}

function run(options: Partial<ProduceOptions> = {}): Promise<ProduceSummary> {
  const range = { from: "2026-01-31T22", to: "2026-02-01T02" };
  return produce(settings, { source: "archive", ...range, ...options }, effects);
}

async function idsInTopic(): Promise<number[]> {
  const records = await readTopic(settings, settings.kafka.topic);
  return records.map(({ value }) => Number((JSON.parse(value) as { id: string }).id));
}

it("goes on where a bound has ended it, reports what is damaged, and reads nothing twice", async () => {
  writeHours();
  // Ends within the second hour, which is therefore not done.
  const first = await run({ events: 600 });
  expect(first).toMatchObject({ produced: 600, hours: { done: 1, skipped_done: 0 } });

  const second = await run();
  expect(second.hours).toMatchObject({
    done: 2,
    skipped_done: 1,
    missing: ["2026-02-01T02"],
    damaged: [{ hour: "2026-02-01T01" }],
  });
  const ids = await idsInTopic();
  for (const from of [0, 1000, 2000]) {
    const hour = new Set(ids.filter((id) => id >= from && id < from + 400));
    expect(hour.size).toBe(400);
  }
  expect(ids.filter((id) => id < 400)).toHaveLength(400);

  const third = await run({ to: "2026-02-01T00" });
  expect(third).toMatchObject({ events: 0, produced: 0, hours: { done: 0, skipped_done: 3 } });
  expect(await idsInTopic()).toHaveLength(ids.length);
});
