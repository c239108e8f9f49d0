import type { Command } from "commander";
import type { Settings } from "../../lib/config/settings";
import { toWorkbenchError } from "../../lib/errors";
import type { Effects } from "../../lib/effects";
import { currentHome } from "../../local/home";
import { type EngineStatus, readStatus } from "../../local/status";
import type { CliContext } from "../context";
import { columns } from "../format/columns";
import { formatLags, type KafkaStatus, readKafkaStatus } from "../kafka-status";
import { formatChecks, formatLake, readChecksStatus, readLakeStatus } from "../lake-status";

/** `workbench status`: how the engines stand. */
export function register(program: Command, context: CliContext): void {
  program
    .command("status")
    .description(
      "show each engine (running, stopped or crashed), how far the consumers are behind, and how " +
        "the latest job run's data-quality checks came out; exit code 1 if an engine crashed",
    )
    .option(
      "--lake",
      "also the tables' files, partitions and snapshots: asks Athena, which takes some seconds",
    )
    .option("--json", "print one JSON object on standard output")
    .action(async (flags: { lake?: boolean; json?: boolean }) => {
      await context.run(
        flags,
        async (effects) => {
          const engines = readStatus(currentHome());
          if (engines.some(({ state }) => state === "crashed")) process.exitCode = 1;
          const settings = (): Settings => context.settings();
          const [kafka, checks, lake] = await Promise.all([
            readKafka(context, effects),
            readChecksStatus(settings, effects),
            flags.lake === true ? readLakeStatus(settings, effects) : undefined,
          ]);
          return { engines, kafka, checks, ...(lake === undefined ? {} : { lake }) };
        },
        ({ engines, kafka, checks, lake }) =>
          [
            formatStatus(engines),
            formatLags(kafka),
            formatChecks(checks),
            ...(lake === undefined ? [] : [formatLake(lake)]),
          ].join("\n\n"),
      );
      // All is said. A broker that takes a connection and never answers would hold us up for long.
      process.exit();
    });
}

/** Settings that are wrong are no reason not to show the engines. */
async function readKafka(context: CliContext, effects: Effects): Promise<KafkaStatus> {
  try {
    return await readKafkaStatus(context.settings(), effects);
  } catch (error) {
    return { problem: toWorkbenchError(error).oneLine };
  }
}

/** A table, and below it the last words of what has crashed. */
export function formatStatus(engines: readonly EngineStatus[]): string {
  const rows = engines.map(({ name, state, pid, address, since }) => [
    name,
    state,
    pid === null ? "-" : String(pid),
    address ?? "-",
    since === null ? "-" : since.slice(0, 19).replace("T", " "),
  ]);
  const lines = columns([["engine", "state", "pid", "address", "since (UTC)"], ...rows]);
  for (const { name, state, log } of engines) {
    if (state !== "crashed") continue;
    lines.push("", `${name} crashed; npx workbench up starts it again. Its log ends:`);
    lines.push(...log.map((line) => `  ${line}`));
  }
  return lines.join("\n");
}
