import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemEffects } from "../../src/lib/effects";
import { runMaintenance } from "../../src/lib/maintain";
import { maintenanceSummarySchema, parseSummary } from "../../src/lib/glue/summary";
import { FakeAws } from "./glue/fake-aws";

let aws: FakeAws;
beforeEach(async () => {
  aws = new FakeAws();
  await aws.start();
});
afterEach(() => aws.stop());

describe("runMaintenance", () => {
  it.each([
    [{ retentionHours: -1 }, "retention_hours is -1"],
    [{ orphanAgeHours: Number.NaN }, "orphan_age_hours is NaN"],
    [{ targetFileMb: 0 }, "target_file_mb is 0"],
    [{ tables: ["a", "b;c"] }, 'tables is "a,b;c"'],
    [{ tables: [] }, 'tables is ""'],
  ])("refuses %j before anything is started", async (options, message) => {
    await expect(runMaintenance(aws.settings(), options, systemEffects())).rejects.toMatchObject({
      code: "USAGE",
      message,
    });
    expect(aws.calls).toEqual([]);
  });
});

it("takes only a summary of the maintenance job's shape", () => {
  const text = '{"tables": [], "retention_hours": 168, "orphan_age_hours": 72}';
  expect(parseSummary(maintenanceSummarySchema, text, "p").retention_hours).toBe(168);
  expect(() => parseSummary(maintenanceSummarySchema, '{"rows_read": 1}', "p")).toThrow(
    "the summary at p is not one of this job's",
  );
});
