import { type Command, InvalidArgumentError } from "commander";
import {
  defaultListLimit,
  type LetterList,
  type ListOptions,
  listLetters,
} from "../../lib/dead-letters/list";
import {
  type ReplayOptions,
  replayLetters,
  type ReplaySummary,
} from "../../lib/dead-letters/replay";
import { parseDurationMs } from "../../lib/duration";
import type { CliContext } from "../context";
import { formatLetters, formatReasons, letterRecords } from "../format/letters";
import { splitList } from "./produce";

interface ListFlags {
  limit: number;
  reason?: string;
  since?: string;
  summary?: boolean;
  json?: boolean;
}

interface ReplayFlags {
  reason?: string;
  partition?: number;
  fromOffset?: number;
  types?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** `workbench dead-letters`: what could not be read. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command("dead-letters")
    .description("show what could not be read, and put back what can be read by now");
  registerList(command, context);
  registerReplay(command, context);
}

function registerList(parent: Command, context: CliContext): void {
  parent
    .command("list")
    .description("show the latest dead letters, each once")
    .option("--limit <n>", "at most so many", readWhole, defaultListLimit)
    .option("--reason <text>", "only those whose reason contains this")
    .option("--since <duration>", "only those of this time: 2h, 7d")
    .option("--summary", "count them by their reason instead")
    .option("--json", "print one JSON object on standard output")
    .action(async (flags: ListFlags) => {
      await context.run(
        {},
        async (effects) => {
          const list = await listLetters(context.settings(), readListOptions(flags), effects);
          await context.write(`${formatList(list, flags)}\n`);
        },
        () => undefined,
      );
    });
}

function registerReplay(parent: Command, context: CliContext): void {
  parent
    .command("replay")
    .description("write letters that are readable now back to the topic they came from, each once")
    .option("--reason <text>", "only those whose reason contains this")
    .option("--partition <n>", "only this partition of the dead-letter topic", readWhole)
    .option("--from-offset <n>", "only from this offset of that partition on", readWhole)
    .option("--types <types>", "of a source's events: types to keep, comma-separated, or all")
    .option("--dry-run", "tell what would be done, and do nothing")
    .option("--json", "print the summary as one JSON object on standard output")
    .action(async (flags: ReplayFlags) => {
      await context.run(
        flags,
        (effects) => replayLetters(context.settings(), readReplayOptions(flags), effects),
        (summary) => formatReplay(summary, flags.dryRun === true),
      );
    });
}

/** The summary in one line. */
export function formatReplay(summary: ReplaySummary, dryRun: boolean): string {
  const { letters, replayed, still_unreadable, already_replayed, skipped, in_doubt } = summary;
  const others: [number, string][] = [
    [skipped, "of types that are not kept"],
    [in_doubt, "in doubt"],
  ];
  return [
    `${replayed} ${dryRun ? "would be replayed" : "replayed"} of ${letters} letters`,
    `${still_unreadable} still unreadable`,
    `${already_replayed} replayed before`,
    ...others.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
  ].join(", ");
}

function formatList(list: LetterList, { summary, json }: ListFlags): string {
  if (json === true) return JSON.stringify(letterRecords(list));
  return summary === true ? formatReasons(list) : formatLetters(list);
}

function readListOptions({ limit, reason, since }: ListFlags): ListOptions {
  return {
    limit,
    ...(reason === undefined ? {} : { reason }),
    ...(since === undefined ? {} : { sinceMs: parseDurationMs(since, "--since") }),
  };
}

function readReplayOptions(flags: ReplayFlags): ReplayOptions {
  const { reason, partition, fromOffset, types, dryRun } = flags;
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(partition === undefined ? {} : { partition }),
    ...(fromOffset === undefined ? {} : { fromOffset: BigInt(fromOffset) }),
    ...(types === undefined ? {} : { types: types === "all" ? types : splitList(types) }),
    ...(dryRun === undefined ? {} : { dryRun }),
  };
}

function readWhole(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("It must be a whole number from 0.");
  }
  return value;
}
