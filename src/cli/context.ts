import type { Settings } from "../lib/config/settings";
import { type LoadOptions, loadSettings } from "../lib/config/load";
import { type Effects, systemEffects } from "../lib/effects";
import { describeError, toWorkbenchError, WorkbenchError } from "../lib/errors";
import { terminalProgress } from "./progress";
import { terminalLogger } from "./logger";

/** What each subcommand gets beside its own arguments. */
export interface CliContext {
  /** The settings in force; throws code CONFIG with every problem found. */
  settings(options?: Pick<LoadOptions, "dataset" | "defaultDataset">): Settings;
  /**
   * Runs a command's action. Progress and logs go to standard error; at the end `--json` prints
   * the result as one JSON object on standard output, otherwise what `print` returns is printed.
   * An error becomes one line on standard error and exit code 2 (USAGE, CONFIG) or 1.
   */
  run<T>(
    options: { json?: boolean },
    action: (effects: Effects) => Promise<T>,
    print: (result: T) => string | undefined,
  ): Promise<void>;
  /** Writes text to standard output, waiting where the reader is slower. */
  write(text: string): Promise<void>;
}

/** The context over this process: its environment, its standard streams, Ctrl-C. */
export function processContext(): CliContext {
  return {
    settings: (options = {}) => loadSettings(options),
    write: writeOut,
    async run(options, action, print) {
      const stop = new AbortController();
      const onSignal = (): void => {
        // A second Ctrl-C must always work, whatever hangs.
        if (stop.signal.aborted) process.exit(130);
        stop.abort();
      };
      process.on("SIGINT", onSignal);
      process.on("SIGTERM", onSignal);
      const progress = terminalProgress(process.stderr, () => new Date().getTime());
      try {
        const effects = systemEffects({
          signal: stop.signal,
          logger: terminalLogger(process.stderr, progress.clear),
          progress: progress.update,
        });
        const result = await action(effects);
        progress.finish();
        const text = options.json === true ? toJson(result) : print(result);
        if (text !== undefined && text !== "") await writeOut(`${text}\n`);
      } catch (error) {
        progress.finish();
        reportError(error);
      } finally {
        process.off("SIGINT", onSignal);
        process.off("SIGTERM", onSignal);
      }
    },
  };
}

/** Prints an error on one line of standard error and sets the exit code it stands for. */
export function reportError(thrown: unknown): void {
  const error = toWorkbenchError(thrown);
  process.stderr.write(`workbench: ${error.oneLine}\n`);
  if (error.code === "INTERNAL" && process.env["WORKBENCH_DEBUG"] !== undefined) {
    process.stderr.write(`${thrown instanceof Error ? String(thrown.stack) : String(thrown)}\n`);
  } else if (error.code !== "INTERNAL" && process.env["WORKBENCH_DEBUG"] !== undefined) {
    process.stderr.write(`  caused by: ${describeError(error.cause)}\n`);
  }
  process.exitCode = exitCode(error);
}

/** 2 for wrong usage or configuration, 1 for all else. */
export function exitCode(error: WorkbenchError): 1 | 2 {
  return error.code === "USAGE" || error.code === "CONFIG" ? 2 : 1;
}

/** One JSON object; a bigint beyond the safe integers is written as its digits in a string. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? item.toString() : item,
  );
}

function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      // The reader has gone (`| head`): nothing more to say.
      else if ((error as NodeJS.ErrnoException).code === "EPIPE") process.exit(0);
      else reject(error);
    });
  });
}
