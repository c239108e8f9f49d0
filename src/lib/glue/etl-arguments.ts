import type { JobRun } from "@aws-sdk/client-glue";
import type { Settings } from "../config/settings";
import { sidePrefix } from "../landing/landed-topic";

/** Where raw objects lie: the events', and beside them what is told of them. */
export function rawPaths({ raw }: Pick<Settings, "raw">): Record<string, string> {
  return {
    "--raw_path": `s3://${raw.bucket}/${raw.prefix}`,
    "--coverage_path": `s3://${raw.bucket}/${sidePrefix(raw.prefix, "coverage")}`,
    "--enrichment_path": `s3://${raw.bucket}/${sidePrefix(raw.prefix, "enrichment")}`,
  };
}

/** The same tables from the same raw objects: another cluster's lie under another prefix. */
export function isOverSameDataset(
  { Arguments: given }: JobRun,
  settings: Pick<Settings, "glue" | "raw">,
): boolean {
  const path = rawPaths(settings)["--raw_path"];
  return given?.["--database"] === settings.glue.database && (given["--raw_path"] ?? path) === path;
}
