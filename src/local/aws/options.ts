import { parseArgs } from "node:util";
import { isAbsolute, resolve } from "node:path";
import { WorkbenchError } from "../../lib/errors";

/** How the local AWS endpoint is started. */
export interface GatewayOptions {
  port: number;
  /** Address of ministack: S3, the catalog and all else that is forwarded. */
  ministack: URL;
  /** WORKBENCH_HOME, absolute. */
  home: string;
}

const usage = "main.js --port PORT --ministack http://127.0.0.1:PORT --home DIR";

/**
 * Reads the command line.
 *
 * @throws WorkbenchError code USAGE
 */
export function readOptions(args: readonly string[]): GatewayOptions {
  const { port, ministack, home } = readArgs(args);
  const number = /^\d{1,5}$/.test(port ?? "") ? Number(port) : -1;
  if (number < 0 || number > 65_535) throw wrong("--port", port, "a port from 0 to 65535");
  if (ministack === undefined || !URL.canParse(ministack)) {
    throw wrong("--ministack", ministack, "an http:// address");
  }
  const url = new URL(ministack);
  if (url.protocol !== "http:") throw wrong("--ministack", ministack, "an http:// address");
  if (home === undefined || home === "") throw wrong("--home", home, "a folder");
  return { port: number, ministack: url, home: isAbsolute(home) ? home : resolve(home) };
}

function readArgs(args: readonly string[]): Record<string, string | undefined> {
  const option = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: option, ministack: option, home: option },
    });
    return values;
  } catch (error) {
    throw new WorkbenchError("USAGE", (error as Error).message, { hint: usage, cause: error });
  }
}

function wrong(name: string, value: string | undefined, words: string): WorkbenchError {
  const seen = value === undefined ? "is not given" : `is ${JSON.stringify(value)}`;
  return new WorkbenchError("USAGE", `${name} ${seen}, it must be ${words}`, { hint: usage });
}
