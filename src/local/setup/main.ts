import { terminalLogger } from "../../cli/logger";
import { readLayers } from "../../lib/config/sources";
import { systemEffects } from "../../lib/effects";
import { toWorkbenchError } from "../../lib/errors";
import { setUp } from "./setup";

/** What scripts/setup hands over to, as soon as there are Node's packages and a build. */
async function main(args: readonly string[]): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const effects = systemEffects({ logger: terminalLogger(process.stderr), signal: stop.signal });
  const { home } = readLayers(process.env, process.cwd());
  await setUp({ home, tests: args.includes("--tests") }, effects);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`setup: ${toWorkbenchError(error).oneLine}\n`);
  process.exitCode = 1;
});
