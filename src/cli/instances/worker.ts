import type { ConsumeSummary } from "../../lib/consume";
import { type Effects, type Logger, systemEffects } from "../../lib/effects";
import { toWorkbenchError } from "../../lib/errors";
import { createPrometheusMetrics } from "../../lib/metrics/prometheus";
import { exitCode } from "../context";
import type { LogLevel } from "../log-options";
import type { ParentMessage, WorkerMessage } from "./messages";

/** A stop writes what was read; what hangs longer is left, to be read again. */
const stopWithinMs = 45_000;
/** What lingers after the end, such as a socket, has this long. */
const lingerMs = 5000;

/**
 * Runs one instance of several in this process: what it logs, its progress, its metrics and how it
 * ends go to the command that started it. It stops in peace where it is told to, at SIGTERM, and
 * where that command is gone, however that ended: the channel between them closes with it.
 *
 * @param worker - its number, from 1 on
 */
export async function runWorker(
  worker: number,
  action: (effects: Effects) => Promise<ConsumeSummary>,
): Promise<void> {
  const stop = new AbortController();
  const prometheus = createPrometheusMetrics({ worker: String(worker) });
  const stopInPeace = (): void => {
    stop.abort();
    setTimeout(() => process.exit(1), stopWithinMs).unref();
  };
  // Ctrl-C reaches every process of a terminal; the command that started us tells us by itself.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", stopInPeace);
  process.on("disconnect", stopInPeace);
  process.on("message", (message: ParentMessage) => {
    if (message.kind === "stop") stopInPeace();
    else {
      const { request } = message;
      void prometheus.text().then((text) => send({ kind: "metrics", request, text }));
    }
  });
  const effects = systemEffects({
    signal: stop.signal,
    logger: channelLogger(),
    metrics: prometheus.metrics,
    progress: (update) => void send({ kind: "progress", update }),
  });
  try {
    await send({ kind: "done", summary: await action(effects) });
  } catch (thrown) {
    const error = toWorkbenchError(thrown);
    const { code, message, hint, retryable } = error;
    await send({
      kind: "failed",
      code,
      message,
      retryable,
      ...(hint === undefined ? {} : { hint }),
    });
    process.exitCode = exitCode(error);
  }
  process.off("disconnect", stopInPeace);
  if (process.connected) process.disconnect();
  setTimeout(() => process.exit(), lingerMs).unref();
}

function channelLogger(): Logger {
  const line =
    (level: LogLevel) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void =>
      void send({ kind: "log", level, message, ...(fields === undefined ? {} : { fields }) });
  return { debug: line("debug"), info: line("info"), warn: line("warn") };
}

/** Resolves once it is sent, or cannot be: then nobody is there to be told. */
function send(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
