import { readCommandLine } from "./command-line";
import { realClockGrace, startSimulator } from "./server";

/** The simulator as a process of its own: `main.js --mode firehose --rate 120 --port 8791`. */
async function main(): Promise<void> {
  const asked = readCommandLine(process.argv.slice(2));
  if ("help" in asked) {
    process.stdout.write(asked.help);
    return;
  }
  const simulator = await startSimulator({
    ...asked.api,
    port: asked.port,
    grace: realClockGrace,
    now: () => new Date().getTime(),
  });
  const { mode, rate } = asked.api;
  process.stdout.write(
    `simulator of GitHub's events API at ${simulator.address} (${mode}, ${rate} events/s, all invented)\n`,
  );
  const stop = (): void => void simulator.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof RangeError ? 2 : 1;
});
