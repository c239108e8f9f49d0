import type { JobRun } from "@aws-sdk/client-glue";
import type { Settings } from "./config/settings";
import type { Effects } from "./effects";
import { isOverSameDataset, rawPaths } from "./glue/etl-arguments";
import { warehouseOf } from "./glue/job";
import { runJob } from "./glue/run-job";
import type { RunOptions } from "./glue/run-options";
import { etlSummarySchema, readSummary } from "./glue/summary";

/** What {@link runEtl} takes. */
export type EtlOptions = RunOptions;

/** What a job run did. The counts are null where it was not waited for, or told nobody. */
export interface EtlSummary {
  job_run_id: string;
  /** SUCCEEDED, or the state seen last where it was not waited for. */
  state: string;
  /** Lines of the raw objects that were new. */
  rows_read: number | null;
  /** Rows added to `github_events`. */
  rows_written: number | null;
  /** Events read that the table, or the batch itself, has already. */
  duplicates: number | null;
  /** Lines that could not be read; they are in the table `quarantine`. */
  quarantined: number | null;
}

const noCounts = { rows_read: null, rows_written: null, duplicates: null, quarantined: null };

/**
 * Runs the Glue job over the raw objects that are new, and waits for it with progress.
 *
 * The job and its script are brought up to date first. A run over the same dataset that is going is
 * joined; one that another dataset has is waited for. When `effects.signal` aborts, the run is told
 * to stop; what it had merged by then stays, and the next run does the rest.
 *
 * @throws {@link WorkbenchError} code GLUE where the run did not succeed: its message begins with
 *   the script's own error; ENGINE where the local endpoint is down
 * @example
 * ```ts
 * const { rows_written } = await runEtl(settings, {}, effects);
 * ```
 */
export async function runEtl(
  settings: Pick<Settings, "aws" | "glue" | "processedBucket" | "raw">,
  options: EtlOptions,
  effects: Effects,
): Promise<EtlSummary> {
  const call = {
    kind: "etl" as const,
    step: "etl",
    arguments: {
      ...rawPaths(settings),
      "--database": settings.glue.database,
      "--warehouse": warehouseOf(settings),
    },
    isSame: (run: JobRun) => isOverSameDataset(run, settings),
  };
  const { id, state, summaryPath } = await runJob(settings, call, options, effects);
  const answer = { job_run_id: id, state };
  if (options.wait === false) return { ...answer, ...noCounts };
  if (summaryPath === undefined) {
    effects.logger.warn("the run was started without --summary_path: its counts are not known", {
      jobRunId: id,
    });
    return { ...answer, ...noCounts };
  }
  const { objects, ...counts } = await readSummary(etlSummarySchema, settings, summaryPath);
  effects.logger.debug("job run over", { jobRunId: id, objects, ...counts });
  return { ...answer, ...counts };
}
