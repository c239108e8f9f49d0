import type { Logger } from "../../lib/effects";

/** A logger that writes a line a call: the time, the level, the words, the fields as JSON. */
export function lineLogger(write: (line: string) => void): Logger {
  const log = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    const rest = fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
    write(`${new Date().toISOString()} ${level} ${message}${rest}\n`);
  };
  return { debug: () => undefined, info: log("INFO"), warn: log("WARN") };
}
