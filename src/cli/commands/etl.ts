import type { Command } from "commander";
import { parseDurationMs } from "../../lib/duration";
import type { Effects } from "../../lib/effects";
import { describeError, WorkbenchError } from "../../lib/errors";
import { type EtlOptions, type EtlSummary, runEtl } from "../../lib/etl";
import type { Settings } from "../../lib/config/settings";
import { cancelJobRun } from "../../lib/glue/cancel";
import { isOverSameDataset } from "../../lib/glue/etl-arguments";
import { readHistory } from "../../lib/glue/history";
import type { CliContext } from "../context";
import { formatRuns } from "../format/runs";
import { addJobOptions, type JobFlags, readJobOptions, readWhole } from "./job-options";

interface EtlFlags extends JobFlags {
  every?: string;
  history?: boolean;
  limit: string;
  cancel?: string | true;
  json?: boolean;
}

/** `workbench etl`: a run of the Glue job, the runs there were, the end of one that is going. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command("etl")
    .description("starts a Glue job run over the raw objects that are new, and waits with progress")
    .option("--every <interval>", "again and again, such as 15m, until interrupted")
    .option("--history", "list the latest runs instead, whoever started them")
    .option("--limit <n>", "how many --history lists", "20")
    .option("--cancel [id]", "stop a run instead: the one named, or the dataset's that is going");
  addJobOptions(command)
    .option("--json", "print the summary as one JSON object on standard output")
    .action(async (flags: EtlFlags) => {
      if (flags.history === true) await printHistory(flags, context);
      else if (flags.cancel !== undefined) await cancel(flags, context);
      else await start(flags, context);
    });
}

function start(flags: EtlFlags, context: CliContext): Promise<void> {
  return context.run(
    flags,
    (effects) => {
      refuseContradictions(flags);
      const options = readJobOptions(flags);
      if (flags.every === undefined) return runEtl(context.settings(), options, effects);
      const everyMs = parseDurationMs(flags.every, "--every");
      return runEvery(context.settings(), options, everyMs, effects);
    },
    formatEtl,
  );
}

/** What does one thing cannot do another. */
function refuseContradictions(flags: EtlFlags): void {
  const both = contradiction(flags);
  if (both === undefined) return;
  throw new WorkbenchError("USAGE", `${both} contradict each other`, { hint: "give one of them" });
}

function contradiction({ every, history, cancel, wait }: EtlFlags): string | undefined {
  if (history === true && cancel !== undefined) return "--history and --cancel";
  for (const [name, given] of [
    ["--history", history === true],
    ["--cancel", cancel !== undefined],
    ["--no-wait", !wait],
  ] as const) {
    if (given && every !== undefined) return `--every and ${name}`;
  }
  return undefined;
}

function printHistory(flags: EtlFlags, context: CliContext): Promise<void> {
  return context.run(
    flags,
    async (effects) => {
      refuseContradictions(flags);
      const limit = readWhole(flags.limit, "--limit", 1, 1000);
      return { runs: await readHistory(context.settings(), { limit }, effects) };
    },
    ({ runs }) => formatRuns(runs),
  );
}

function cancel(flags: EtlFlags, context: CliContext): Promise<void> {
  return context.run(
    flags,
    (effects) => {
      refuseContradictions(flags);
      const settings = context.settings();
      return cancelJobRun(
        settings,
        {
          kind: "etl",
          id: flags.cancel === true ? undefined : flags.cancel,
          isOurs: (run) => isOverSameDataset(run, settings),
        },
        effects,
      );
    },
    ({ job_run_id: id, state }) => `${state}: job run ${id}`,
  );
}

/**
 * Runs the job at once and then each `everyMs`, until interrupted, which is its regular end. A run
 * that fails is logged, and the next one tries again.
 *
 * @returns the last run's summary
 */
export async function runEvery(
  settings: Settings,
  options: EtlOptions,
  everyMs: number,
  effects: Effects,
  run: typeof runEtl = runEtl,
): Promise<EtlSummary> {
  let last: EtlSummary | undefined;
  for (;;) {
    const startedMs = effects.now();
    try {
      last = await run(settings, options, effects);
      effects.logger.info(formatEtl(last));
    } catch (error) {
      if (effects.signal?.aborted === true) return endOf(last, error);
      // What no later try can mend by itself is not tried again.
      if (error instanceof WorkbenchError && error.code === "CONFIG") throw error;
      effects.logger.warn(`the run failed, the next one tries again: ${describeError(error)}`);
    }
    try {
      await effects.sleep(Math.max(0, startedMs + everyMs - effects.now()), effects.signal);
    } catch (error) {
      return endOf(last, error);
    }
  }
}

function endOf(last: EtlSummary | undefined, error: unknown): EtlSummary {
  if (last === undefined) throw error;
  return last;
}

/** One line. */
export function formatEtl(summary: EtlSummary): string {
  const { job_run_id: id, state, rows_read: read, rows_written: written } = summary;
  if (read === null || written === null) return `${state}: job run ${id}`;
  const { duplicates, quarantined } = summary;
  return (
    `${state}: ${written} rows written of ${read} read, ` +
    `${duplicates ?? 0} duplicates, ${quarantined ?? 0} quarantined (job run ${id})`
  );
}
