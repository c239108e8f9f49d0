import { type Command, InvalidArgumentError, Option } from "commander";
import { defaultDatasetOf } from "../../lib/config/dataset";
import { parseDurationMs } from "../../lib/duration";
import type { EventSourceName } from "../../lib/events/message";
import type { HourReport } from "../../lib/github/source";
import { produce, type ProduceOptions, type ProduceSummary } from "../../lib/produce";
import type { CliContext } from "../context";
import { metricsPortOption } from "../metrics-server";

/** The options of `produce`, as the command line gives them. */
export interface ProduceFlags {
  source?: EventSourceName;
  file?: string[];
  from?: string;
  to?: string;
  again?: boolean;
  for?: string;
  events?: number;
  once?: boolean;
  types?: string;
  pace?: "polite" | "budget";
  quotaShare?: number;
  repo?: string[];
  org?: string[];
  user?: string[];
  enrich?: number;
  enrichRepos?: string;
  metricsPort?: number;
}

/** `workbench produce`: source → Kafka. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command("produce")
    .description("read public events from a source and write them to Kafka");
  addProduceOptions(command)
    .option("--json", "print the summary as one JSON object on standard output")
    .addHelpText(
      "after",
      "\nWithout --for, --events or --once a source that polls goes on until Ctrl-C.\n" +
        "In the summary, events = produced + duplicates + skipped; what cannot be read is skipped\n" +
        "and kept in the dead-letter topic. Archive hours that are done are left out the next time;\n" +
        "a damaged hour makes the exit code 1, a missing one does not.",
    )
    .action(async (flags: ProduceFlags & { json?: boolean }) => {
      await context.run(
        flags,
        async (effects) => {
          const options = readProduceOptions(flags);
          const settings = context.settings({ defaultDataset: defaultDatasetOf(options.source) });
          const summary = await produce(settings, options, effects);
          failOnDamagedHours(summary);
          return summary;
        },
        formatProduce,
      );
    });
}

/** Adds the options that `produce` and `run` share. */
export function addProduceOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--source <name>", "where events come from").choices([
        "github",
        "archive",
        "file",
        "simulator",
      ]),
    )
    .option("--file <path>", "a file to read, one event a line; once for each file", collect)
    .option("--from <hour>", "archive: the first hour, UTC (2026-01-31T23), or a day (2026-01-31)")
    .option("--to <hour>", "archive: the last hour, UTC; by default that of --from")
    .option("--again", "archive: read hours again that were read before")
    .option("--for <duration>", "stop after this time: 90s, 10m, 1h30m")
    .option("--events <n>", "stop after this many messages", readCount)
    .option("--once", "poll once")
    .option("--types <types>", "event types to keep, comma-separated, or all")
    .addOption(
      new Option(
        "--pace <pace>",
        "how often to poll: as GitHub asks, or as often as the rate limit allows",
      ).choices(["polite", "budget"]),
    )
    .option("--quota-share <share>", "spend this part of each token's rate limit (0.8)", readShare)
    .option("--repo <owner/name>", "only a repository's events; once for each", collect)
    .option("--org <login>", "only an organization's public events; once for each", collect)
    .option("--user <login>", "only a user's events; once for each", collect)
    .option(
      "--enrich <share>",
      "spend this part of a token's limit on commits of pushes and openings of pull requests",
      readShare,
    )
    .option("--enrich-repos <repos>", "enrich these repositories alone, comma-separated")
    .addOption(metricsPortOption());
}

/**
 * Reads the options of `produce`.
 *
 * @throws {@link WorkbenchError} code USAGE
 */
export function readProduceOptions(flags: ProduceFlags): ProduceOptions {
  const { source, file, from, to, again, for: duration, events, once, types, pace } = flags;
  const { quotaShare, repo, org, user, enrich, enrichRepos } = flags;
  // A file says by itself which source is meant.
  const meant = source ?? (file === undefined ? undefined : "file");
  return {
    ...(meant === undefined ? {} : { source: meant }),
    ...(file === undefined ? {} : { files: file }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(again === undefined ? {} : { again }),
    ...(duration === undefined ? {} : { forMs: parseDurationMs(duration, "--for") }),
    ...(events === undefined ? {} : { events }),
    ...(once === undefined ? {} : { once }),
    ...(types === undefined ? {} : { types: types === "all" ? types : splitList(types) }),
    ...(pace === undefined ? {} : { pace }),
    ...(quotaShare === undefined ? {} : { quotaShare }),
    ...(repo === undefined ? {} : { repos: repo }),
    ...(org === undefined ? {} : { orgs: org }),
    ...(user === undefined ? {} : { users: user }),
    ...(enrich === undefined ? {} : { enrich }),
    ...(enrichRepos === undefined ? {} : { enrichRepos: splitList(enrichRepos) }),
  };
}

/** Damaged archive hours make the exit code 1; the summary, which names them, is printed all the same. */
export function failOnDamagedHours(
  { hours }: Pick<ProduceSummary, "hours">,
  process: { exitCode?: number | string | null | undefined } = globalThis.process,
): void {
  if ((hours?.damaged.length ?? 0) > 0) process.exitCode = 1;
}

/** The summary in one line. */
export function formatProduce(summary: ProduceSummary): string {
  const { events, produced, duplicates, skipped, requests, coverage, hours, enrichment } = summary;
  const parts = [
    `${produced} messages produced of ${events} events`,
    `${duplicates} duplicates left out`,
    `${skipped} skipped`,
    ...(requests === 0 ? [] : [`${requests} requests`]),
    ...(coverage === null ? [] : [`about ${(coverage * 100).toFixed(1)} % of all events captured`]),
    ...(hours === undefined ? [] : [formatHours(hours)]),
    ...(enrichment === undefined ? [] : [`${enrichment.learnt} facts learnt besides`]),
  ];
  return parts.join(", ");
}

function formatHours({ done, skipped_done, missing, damaged, left }: HourReport): string {
  const counts: [number, string][] = [
    [skipped_done, "done before"],
    [missing.length, "missing"],
    [damaged.length, "damaged"],
    [left, "left"],
  ];
  const others = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return [`${done} hours done`, ...others].join(", ");
}

/** The entries of a list separated by commas; empty ones are left out. */
export function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function readShare(text: string): number {
  const share = Number(text);
  if (text.trim() === "" || !(share > 0 && share <= 1)) {
    throw new InvalidArgumentError("It must be a number over 0 and up to 1, such as 0.8.");
  }
  return share;
}

function readCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return count;
}
