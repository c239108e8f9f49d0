import type { Settings } from "../config/settings";

/** The jobs there are: raw objects into tables, and the care of the tables. */
export type JobKind = "etl" | "maintenance";

/** The name that a job has in Glue. */
export function jobName(kind: JobKind, settings: Pick<Settings, "glue">): string {
  return kind === "etl" ? settings.glue.job : settings.glue.maintenanceJob;
}

/** What a job is for, in Glue's list of jobs. */
export const jobPurposes: Readonly<Record<JobKind, string>> = {
  etl: "Raw GitHub events to Iceberg tables",
  maintenance: "Compaction, expiry and clean-up of the tables of GitHub events",
};
