import type { infer as Infer } from "zod";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { openS3 } from "../../src/lib/glue/client";
import { warehouseOf } from "../../src/lib/glue/job";
import { runJob } from "../../src/lib/glue/run-job";
import { maintenanceSummarySchema, readSummary } from "../../src/lib/glue/summary";

/** Ages of nought, which only a test may ask for: it knows that nobody writes. */
export const atOnce = {
  "--retention_hours": "0",
  "--orphan_age_hours": "0",
  "--allow_short_ages": "true",
};

/** The job as `workbench maintain` runs it, with arguments of the test's own. */
export async function maintain(
  settings: Settings,
  given: Readonly<Record<string, string>>,
): Promise<Infer<typeof maintenanceSummarySchema>> {
  const database = settings.glue.database;
  const call = {
    kind: "maintenance" as const,
    step: "maintain",
    arguments: { "--database": database, "--warehouse": warehouseOf(settings), ...given },
    isSame: () => false,
  };
  const { state, summaryPath } = await runJob(settings, call, {}, systemEffects());
  if (state !== "SUCCEEDED") throw new Error(`the maintenance is ${state}`);
  return readSummary(maintenanceSummarySchema, settings, summaryPath ?? "");
}

/** All keys of the processed bucket below a prefix. */
export async function keysBelow(settings: Settings, prefix: string): Promise<string[]> {
  const s3 = await openS3(settings);
  try {
    const request = { Bucket: settings.processedBucket, Prefix: prefix };
    const keys: string[] = [];
    for await (const page of s3.sdk.paginateListObjectsV2({ client: s3.client }, request)) {
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ""));
    }
    return keys;
  } finally {
    s3.client.destroy();
  }
}

/** Where a table's files lie. */
export function tableFolder(settings: Settings, table: string): string {
  return `warehouse/${settings.glue.database}.db/${table}/`;
}
