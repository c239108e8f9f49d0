import type { Command } from "commander";
import { chooseSource, defaultDatasetOf } from "../../lib/config/dataset";
import { type ConsumeSummary, consume } from "../../lib/consume";
import { type EtlSummary, runEtl } from "../../lib/etl";
import { type ProduceSummary, produce } from "../../lib/produce";
import { exportReport, type ReportSummary } from "../../lib/report/export";
import type { Effects } from "../../lib/effects";
import type { Settings } from "../../lib/config/settings";
import type { ProduceOptions } from "../../lib/produce";
import type { CliContext } from "../context";
import {
  addProduceOptions,
  failOnDamagedHours,
  formatProduce,
  type ProduceFlags,
  readProduceOptions,
} from "./produce";

/** What `run` did, step by step. */
export interface RunSummary {
  dataset: string;
  produce: ProduceSummary;
  consume: ConsumeSummary;
  etl: EtlSummary;
  report: ReportSummary | null;
}

/** How long a live source is read when nothing bounds it: `run` must come to an end. */
const defaultForMs = { github: 120_000, simulator: 30_000 };

/** `workbench run`: the whole path once. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command("run")
    .description("the whole path once: produce (bounded), consume until caught up, etl, report");
  addProduceOptions(command)
    .option("--no-report", "leave the report out")
    .option("--json", "print the summary as one JSON object on standard output")
    .action(async (flags: ProduceFlags & { report: boolean; json?: boolean }) => {
      await context.run(
        flags,
        async (effects) => {
          const options = readProduceOptions(flags);
          const settings = context.settings({ defaultDataset: defaultDatasetOf(options.source) });
          const summary = await runPipeline(settings, options, { report: flags.report }, effects);
          failOnDamagedHours(summary.produce);
          return summary;
        },
        formatRun,
      );
    });
}

/** Produce, consume until caught up, etl, report: each step begins when the one before has ended. */
export async function runPipeline(
  settings: Settings,
  options: ProduceOptions,
  steps: { report: boolean },
  effects: Effects,
): Promise<RunSummary> {
  const source = chooseSource(settings.dataset, options.source);
  const bounded: ProduceOptions = { ...options, source };
  const endless =
    options.forMs === undefined && options.events === undefined && options.once !== true;
  if (endless && (source === "github" || source === "simulator")) {
    bounded.forMs = defaultForMs[source];
  }
  const produced = await produce(settings, bounded, effects);
  const consumed = await consume(settings, { sinks: ["s3"], until: "caught-up" }, effects);
  const etl = await runEtl(settings, { whenBusy: "queue" }, effects);
  const report = steps.report ? await exportReport(settings, {}, effects) : null;
  return { dataset: settings.dataset, produce: produced, consume: consumed, etl, report };
}

/** A line a step. */
export function formatRun(summary: RunSummary): string {
  const { produce: produced, consume: consumed, etl, report } = summary;
  const lines = [
    `dataset ${summary.dataset}`,
    `produce ${formatProduce(produced)}`,
    `consume ${consumed.messages} messages in ${consumed.objects} objects, ${consumed.dead_letters} dead letters`,
    `etl     ${etl.state}: ${etl.rows_written} rows written, ${etl.duplicates} duplicates, ${etl.quarantined} quarantined`,
  ];
  for (const { path } of report?.reports ?? []) lines.push(`report  ${path}`);
  return lines.join("\n");
}
