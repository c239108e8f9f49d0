import { type Command, InvalidArgumentError } from "commander";
import type { Settings } from "../../lib/config/settings";
import type { Effects, Logger } from "../../lib/effects";
import { LiveBoard, type LiveSnapshot } from "../../lib/live/board";
import { watchAggregates, type WatchOptions, type WatchStats } from "../../lib/live/watch";
import type { WindowUpdate } from "../../lib/live/update";
import type { CliContext } from "../context";
import { formatBoard, formatJsonLine, formatStats, formatWindow } from "../format/live";
import { redrawn } from "../redrawn";

interface LiveFlags {
  from: string;
  window: string;
  lateness?: string;
  horizon?: string;
  for?: string;
  top: number;
  lines?: boolean;
  json?: boolean;
}

/** What `--json` prints at the end: what became of the messages, and the board. */
export type LiveSummary = WatchStats & Omit<LiveSnapshot, "stats">;

/** `workbench live`: counts in windows as events stream by. */
export function register(program: Command, context: CliContext): void {
  program
    .command("live")
    .description("count events by minute as they stream by, until Ctrl-C")
    .option(
      "--from <where>",
      "where to begin: now, earliest, or a duration back such as 10m",
      "now",
    )
    .option("--window <duration>", "the length of a window", "1m")
    .option("--lateness <duration>", "how long after its end a window stays open (default: 20s)")
    .option("--horizon <duration>", "how long after its end it can be corrected (default: 10m)")
    .option("--for <duration>", "stop after this time: 90s, 10m, 1h30m")
    .option("--top <n>", "how many repositories and contributors to show", readTop, 10)
    .option("--lines", "print each window, closed or corrected, as one JSON object a line")
    .option("--json", "print the summary as one JSON object on standard output")
    .addHelpText(
      "after",
      "\nOn a terminal a board is drawn in place: … marks a window that is open, ~ one that was\n" +
        "seen in part. Elsewhere each window that closes is a line. At the end the windows that\n" +
        "are open are given as they stand.\n" +
        "With --lines and --json both, the summary is the last line.",
    )
    .action(async (flags: LiveFlags) => {
      await context.run(
        flags,
        (effects) => runLive(context, context.settings(), flags, effects),
        (summary) => (flags.lines === true ? undefined : formatStats(summary, summary.at)),
      );
    });
}

/** Reads until it is over and shows what the flags ask for. */
async function runLive(
  context: CliContext,
  settings: Settings,
  flags: LiveFlags,
  effects: Effects,
): Promise<LiveSummary> {
  const board = new LiveBoard({ top: flags.top });
  const view = chooseView(context, settings, flags, board, effects);
  const { from, window, lateness, horizon } = flags;
  const stats = await watchAggregates(
    settings,
    {
      from,
      window,
      ...(lateness === undefined ? {} : { lateness }),
      ...(horizon === undefined ? {} : { horizon }),
      ...(flags.for === undefined ? {} : { for: flags.for }),
      preliminary: view.preliminary,
      onUpdate: async (update) => {
        board.take(update);
        await view.window?.(update);
      },
      onRefresh: view.refresh,
    },
    { ...effects, logger: view.logger ?? effects.logger },
  );
  const { stats: same, ...shown } = board.snapshot(stats, effects.now());
  return { ...same, ...shown };
}

interface View extends Pick<WatchOptions, "preliminary"> {
  preliminary: boolean;
  window?: (update: WindowUpdate) => Promise<void>;
  refresh: (stats: WatchStats) => void;
  logger?: Logger;
}

/** A board on a terminal, lines elsewhere, and nothing but progress beside `--json`. */
function chooseView(
  context: CliContext,
  settings: Settings,
  flags: LiveFlags,
  board: LiveBoard,
  effects: Effects,
): View {
  const { stdout } = process;
  const progress = ({ events, duplicates, windows_closed }: WatchStats): void => {
    effects.progress({
      step: "live",
      state: "counting",
      figures: { events, duplicates, windows: windows_closed },
    });
  };
  if (flags.lines === true || flags.json === true || !stdout.isTTY) {
    const lines = linesOf(flags);
    return {
      preliminary: false,
      window: async (update) => {
        const line = lines(update);
        if (line !== undefined) await context.write(`${line}\n`);
      },
      refresh: progress,
    };
  }
  const drawing = redrawn(stdout);
  const title = `live · ${settings.kafka.topic} · windows of ${flags.window}`;
  return {
    preliminary: true,
    refresh: (stats) => {
      const { columns, rows } = stdout;
      const snapshot = board.snapshot(stats, effects.now());
      drawing.draw(formatBoard(snapshot, { title, columns, rows }));
    },
    logger: clearingLogger(effects.logger, () => drawing.clear()),
  };
}

/** The line a window gets: all of it with `--lines`, none beside `--json`, a few words otherwise. */
function linesOf(flags: LiveFlags): (update: WindowUpdate) => string | undefined {
  if (flags.lines === true) return formatJsonLine;
  // Corrections come by the dozen, each of few events: they are in the last line, and in --lines.
  return (update) =>
    flags.json === true || update.state === "updated" ? undefined : formatWindow(update);
}

/** A log line takes the board's place; the next board comes below it. */
function clearingLogger(logger: Logger, clear: () => void): Logger {
  return {
    debug: (...line) => logger.debug(...line),
    info: (...line) => {
      clear();
      logger.info(...line);
    },
    warn: (...line) => {
      clear();
      logger.warn(...line);
    },
  };
}

function readTop(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 1000) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 1000.");
  }
  return count;
}
