import type { Command } from "commander";
import { parseDurationMs } from "../../lib/duration";
import type { Effects } from "../../lib/effects";
import { describeError, WorkbenchError } from "../../lib/errors";
import { type EtlOptions, type EtlSummary, runEtl } from "../../lib/etl";
import type { Settings } from "../../lib/config/settings";
import type { CliContext } from "../context";

interface EtlFlags {
  wait: boolean;
  every?: string;
  json?: boolean;
}

/** `workbench etl`: a run of the Glue job. */
export function register(program: Command, context: CliContext): void {
  program
    .command("etl")
    .description("starts a Glue job run over the raw objects that are new, and waits with progress")
    .option("--no-wait", "start it and return at once")
    .option("--every <interval>", "again and again, such as 15m, until interrupted")
    .option("--json", "print the summary as one JSON object on standard output")
    .action(async (flags: EtlFlags) => {
      await context.run(
        flags,
        (effects) => {
          const options = { wait: flags.wait };
          if (flags.every === undefined) return runEtl(context.settings(), options, effects);
          if (!flags.wait) {
            throw new WorkbenchError("USAGE", "--every and --no-wait contradict each other", {
              hint: "give one of them",
            });
          }
          const everyMs = parseDurationMs(flags.every, "--every");
          return runEvery(context.settings(), options, everyMs, effects);
        },
        formatEtl,
      );
    });
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
