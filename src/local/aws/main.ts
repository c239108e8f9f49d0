import { systemEffects } from "../../lib/effects";
import { toWorkbenchError } from "../../lib/errors";
import { startGateway } from "./gateway";
import { lineLogger } from "./line-logger";
import { readOptions } from "./options";

/** The local AWS endpoint as a process of its own; its log is its standard output. */
async function main(): Promise<void> {
  const logger = lineLogger((line) => process.stdout.write(line));
  const options = readOptions(process.argv.slice(2));
  const gateway = await startGateway(options, process.env, systemEffects({ logger }));
  logger.info("the local AWS endpoint listens", { url: gateway.url, home: options.home });

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info(`${signal}: stopping`);
    void gateway.close().finally(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

main().catch((error: unknown) => {
  const known = toWorkbenchError(error, "ENGINE");
  process.stderr.write(`${known.oneLine}\n`);
  process.exit(known.code === "USAGE" ? 2 : 1);
});
