import type { Logger } from "../lib/effects";
import { describeError, type WorkbenchError } from "../lib/errors";
import { jsonLogger } from "./json-logger";
import { jsonProgress } from "./json-progress";
import type { LogOptions } from "./log-options";
import { terminalLogger } from "./logger";
import { terminalProgress, type TerminalProgress } from "./progress";
import type { Redactor } from "./redact";

/** Where a command tells what it does: log lines, progress, and the error it ends with. */
export interface Console {
  logger: Logger;
  /** The logger of one instance of several, whose lines say which. */
  workerLogger(worker: number): Logger;
  progress: TerminalProgress;
  /** A line of the process itself, such as a warning of Node's. */
  note(text: string): void;
  /** @param thrown - what the error was made of */
  fail(error: WorkbenchError, thrown: unknown): void;
}

type Stream = NodeJS.WriteStream & { fd?: number };

/** The console over a stream (standard error), for people or as JSON lines. */
export function openConsole(
  stream: Pick<Stream, "write" | "isTTY" | "columns">,
  { format, level }: LogOptions,
  redactor: Redactor,
  now: () => number,
): Console {
  const clean = { write: (text: string) => stream.write(redactor.text(text)) };
  if (format === "json") {
    const logger = jsonLogger(clean, level, redactor);
    return {
      logger,
      workerLogger: (worker) => jsonLogger(clean, level, redactor, { worker }),
      progress: jsonProgress((update) => logger.progress(update), now),
      note: (text) => logger.warn(text),
      fail: (error) => logger.error(error),
    };
  }
  const progress = terminalProgress(stream, now);
  const before = progress.clear;
  return {
    logger: terminalLogger(clean, { before, level }),
    workerLogger: (worker) => terminalLogger(clean, { before, level, prefix: `[${worker}] ` }),
    progress,
    note: (text) => clean.write(`${text}\n`),
    fail: (error, thrown) => clean.write(formatFailure(error, thrown, level === "debug")),
  };
}

/** The line of an error that ends a command, and the place in the SQL it speaks of; what is underneath only where debug lines are wanted. */
function formatFailure(error: WorkbenchError, thrown: unknown, debug: boolean): string {
  const place = error.place === undefined ? "" : `${error.place}\n`;
  const line = `workbench: ${error.oneLine}\n${place}`;
  if (!debug) return line;
  if (error.code !== "INTERNAL") return `${line}  caused by: ${describeError(error.cause)}\n`;
  return `${line}${thrown instanceof Error ? String(thrown.stack) : String(thrown)}\n`;
}
