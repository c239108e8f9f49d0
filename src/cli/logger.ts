import type { Logger } from "../lib/effects";

/**
 * Log lines on a terminal: `warning: message name=value`. Debug lines show with
 * `WORKBENCH_DEBUG=1` only.
 *
 * @param before - called first, so that a progress line is not written through
 */
export function terminalLogger(
  stream: { write(text: string): unknown },
  before: () => void = () => undefined,
): Logger {
  const write = (prefix: string, message: string, fields: object | undefined): void => {
    before();
    stream.write(`${prefix}${message}${formatFields(fields)}\n`);
  };
  return {
    debug: (message, fields) => {
      if (process.env["WORKBENCH_DEBUG"] !== undefined) write("debug: ", message, fields);
    },
    info: (message, fields) => write("", message, fields),
    warn: (message, fields) => write("warning: ", message, fields),
  };
}

function formatFields(fields: object | undefined): string {
  if (fields === undefined) return "";
  return Object.entries(fields)
    .map(([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("");
}
