import type { Logger } from "../lib/effects";
import { describeError } from "../lib/errors";
import { printable } from "./format/printable";
import { type LogLevel, logLevels } from "./log-options";

type Fields = Readonly<Record<string, unknown>>;

/** What a logger is made with, beside the place it writes to. */
export interface TerminalLogOptions {
  /** Called first, so that a progress line is not written through. */
  before?: () => void;
  /** The least of what is written. Default: `info`; `debug` with `WORKBENCH_DEBUG=1`. */
  level?: LogLevel;
  /** Put before each line: `[2] `. */
  prefix?: string;
}

/** Log lines on a terminal: `warning: message name=value`. */
export function terminalLogger(
  stream: { write(text: string): unknown },
  options: TerminalLogOptions = {},
): Logger {
  const { before = () => undefined, prefix = "" } = options;
  const level = options.level ?? (process.env["WORKBENCH_DEBUG"] === undefined ? "info" : "debug");
  const writer =
    (own: LogLevel, word: string) =>
    (message: string, fields?: Fields): void => {
      if (!isLogged(own, level)) return;
      before();
      stream.write(`${prefix}${word}${harmless(`${message}${formatFields(fields)}`)}\n`);
    };
  return {
    debug: writer("debug", "debug: "),
    info: writer("info", ""),
    warn: writer("warn", "warning: "),
  };
}

/** Whether lines of a level are written where another is the least. */
export function isLogged(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(least);
}

/** What outsiders wrote, such as the line that a reason quotes, must not steer the terminal. */
function harmless(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, (character) => printable(character));
}

function formatFields(fields: Fields | undefined): string {
  if (fields === undefined) return "";
  return Object.entries(fields)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`)
    .join("");
}

function formatValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return JSON.stringify(describeError(value));
  return JSON.stringify(value);
}
