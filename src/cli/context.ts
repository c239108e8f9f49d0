import type { Settings } from "../lib/config/settings";
import { type LoadOptions, loadSettings } from "../lib/config/load";
import { type Effects, type Logger, systemEffects } from "../lib/effects";
import { toWorkbenchError, type WorkbenchError } from "../lib/errors";
import { createPrometheusMetrics } from "../lib/metrics/prometheus";
import { type Console, openConsole } from "./console";
import { type LogOptions, readLogOptions } from "./log-options";
import { type MetricsServer, serveMetrics } from "./metrics-server";
import { Redactor } from "./redact";

/** How an action is run. */
export interface RunOptions {
  /** Prints the result as one JSON object on standard output. */
  json?: boolean;
  /** Shows metrics on this port of the loopback interface while the action runs. */
  metricsPort?: number;
}

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
    options: RunOptions,
    action: (effects: Effects) => Promise<T>,
    print: (result: T) => string | undefined,
  ): Promise<void>;
  /** Writes text to standard output, waiting where the reader is slower. */
  write(text: string): Promise<void>;
  /** The logger of one instance of several, whose lines say which. Default: the one there is. */
  workerLogger?: (worker: number) => Logger;
}

/** The context of this process, which the command line tells how to log. */
export interface ProcessContext extends CliContext {
  configureLogs(options: LogOptions): void;
  /** Writes a line of the process itself, such as a warning of Node's. */
  note(text: string): void;
  /** Prints an error on one line of standard error and sets the exit code it stands for. */
  fail(thrown: unknown): void;
}

/** The context over this process: its environment, its standard streams, Ctrl-C. */
export function processContext(): ProcessContext {
  const redactor = new Redactor();
  const open = (options: LogOptions): Console =>
    openConsole(process.stderr, options, redactor, () => new Date().getTime());
  let console = open(readLogOptions({}, process.env));
  const fail = (thrown: unknown): void => {
    const error = toWorkbenchError(thrown);
    console.fail(error, thrown);
    process.exitCode = exitCode(error);
  };
  return {
    configureLogs(options) {
      console = open(options);
    },
    note: (text) => console.note(text),
    fail,
    settings: (options = {}) => {
      const settings = loadSettings(options);
      redactor.learn(settings);
      return settings;
    },
    write: writeOut,
    workerLogger: (worker) => console.workerLogger(worker),
    async run(options, action, print) {
      const { logger, progress } = console;
      const stop = new AbortController();
      const onSignal = (): void => {
        // A second Ctrl-C must always work, whatever hangs.
        if (stop.signal.aborted) process.exit(130);
        stop.abort();
      };
      process.on("SIGINT", onSignal);
      process.on("SIGTERM", onSignal);
      let server: MetricsServer | undefined;
      try {
        const effects = systemEffects({ signal: stop.signal, logger, progress: progress.update });
        if (options.metricsPort !== undefined) {
          const prometheus = createPrometheusMetrics();
          effects.metrics = prometheus.metrics;
          server = await serveMetrics(options.metricsPort, prometheus);
          logger.info(`metrics on ${server.url}`);
        }
        const result = await action(effects);
        progress.finish();
        const text = options.json === true ? toJson(result) : print(result);
        if (text !== undefined && text !== "") await writeOut(`${text}\n`);
      } catch (error) {
        progress.finish();
        fail(error);
      } finally {
        process.off("SIGINT", onSignal);
        process.off("SIGTERM", onSignal);
        await server?.close();
      }
    },
  };
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
