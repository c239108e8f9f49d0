import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ConsumeSummary } from "../../lib/consume";
import { installationDir } from "../../lib/config/sources";
import type { Effects, Logger, ProgressUpdate } from "../../lib/effects";
import { WorkbenchError } from "../../lib/errors";
import { mergeProgress, mergeSummaries } from "./merge-summaries";
import type { ParentMessage, WorkerMessage } from "./messages";

/** What instances are started with. */
export interface InstancesOptions {
  /** How many, at least 2. */
  count: number;
  /** The command line of an instance, after the program's name; its number is added. */
  args: readonly string[];
  /** Where an instance's log lines go. */
  loggerOf: (worker: number) => Logger;
  /** Told how to ask all of them for their metrics, once they have been started. */
  serve?: (metrics: () => Promise<readonly string[]>) => void;
}

/** Longer than a stop in peace takes an instance. */
const stopWithinMs = 60_000;
const metricsWithinMs = 2000;

/**
 * Runs the same command in several processes that share a consumer group, and waits for all. One
 * that fails or dies makes the others stop in peace; then the call fails with its line. The
 * signal stops all. None outlives this process.
 *
 * @throws {@link WorkbenchError} of the first instance that failed; code INTERNAL for one that died
 */
export async function runInstances(
  options: InstancesOptions,
  effects: Effects,
): Promise<ConsumeSummary> {
  const updates = new Map<number, ProgressUpdate>();
  const { count } = options;
  const workers = Array.from({ length: count }, (_, index) => {
    const worker = index + 1;
    return new Instance(worker, options, (update) => {
      updates.set(worker, update);
      effects.progress(mergeProgress(count, [...updates.values()]));
    });
  });
  const killAll = (): void => {
    for (const worker of workers) worker.kill();
  };
  // An end that nobody waits for, such as a second Ctrl-C.
  process.on("exit", killAll);
  const finished = new AbortController();
  const stopAll = (): void => {
    for (const worker of workers) worker.stop();
    effects.sleep(stopWithinMs, finished.signal).then(killAll, () => undefined);
  };
  if (effects.signal?.aborted === true) stopAll();
  effects.signal?.addEventListener("abort", stopAll, { once: true });
  options.serve?.(async () =>
    (await Promise.all(workers.map((worker) => worker.metrics(effects)))).filter(
      (text) => text !== undefined,
    ),
  );
  const summaries: ConsumeSummary[] = [];
  let failure: unknown;
  try {
    await Promise.all(
      workers.map(async (worker) => {
        try {
          summaries.push(await worker.ended);
        } catch (error) {
          failure ??= error;
          if (failure === error) {
            effects.logger.warn(`instance ${worker.number} failed: stopping the others`);
          }
          stopAll();
        }
      }),
    );
  } finally {
    finished.abort();
    effects.signal?.removeEventListener("abort", stopAll);
    process.off("exit", killAll);
  }
  if (failure !== undefined) throw failure as WorkbenchError;
  return mergeSummaries(summaries);
}

/** One process of them. */
class Instance {
  readonly ended: Promise<ConsumeSummary>;
  private readonly child: ChildProcess;
  private result: (WorkerMessage & { kind: "done" | "failed" }) | undefined;
  private lastLine = "";
  private requests = 0;
  private readonly waiting = new Map<number, (text: string) => void>();

  constructor(
    readonly number: number,
    private readonly options: InstancesOptions,
    private readonly progress: (update: ProgressUpdate) => void,
  ) {
    const program = join(installationDir, "scripts", "workbench");
    this.child = fork(program, [...options.args, "--worker", String(number)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced",
    });
    this.child.on("message", (message) => this.take(message as WorkerMessage));
    this.readErrors();
    this.ended = this.end();
  }

  /** Asks it to stop in peace; may be asked again. */
  stop(): void {
    this.tell({ kind: "stop" });
  }

  kill(): void {
    if (this.isRunning()) this.child.kill("SIGKILL");
  }

  /** Its metrics; undefined where it does not answer. */
  async metrics(effects: Pick<Effects, "sleep">): Promise<string | undefined> {
    if (!this.child.connected) return undefined;
    this.requests += 1;
    const request = this.requests;
    const answered = new AbortController();
    const answer = new Promise<string>((resolve) => this.waiting.set(request, resolve));
    this.tell({ kind: "metrics", request });
    const late = effects.sleep(metricsWithinMs, answered.signal).catch(() => undefined);
    const text = await Promise.race([answer, late.then(() => undefined)]);
    answered.abort();
    this.waiting.delete(request);
    return text;
  }

  private take(message: WorkerMessage): void {
    switch (message.kind) {
      case "log":
        this.options.loggerOf(this.number)[message.level](message.message, message.fields);
        break;
      case "progress":
        this.progress(message.update);
        break;
      case "metrics":
        this.waiting.get(message.request)?.(message.text);
        break;
      case "done":
      case "failed":
        this.result = message;
    }
  }

  /** What it says outside the channel, such as Node's own words before a crash. */
  private readErrors(): void {
    let rest = "";
    this.child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.trim() === "") continue;
        this.lastLine = line.trim();
        this.options.loggerOf(this.number).warn(line);
      }
    });
  }

  private async end(): Promise<ConsumeSummary> {
    // Not its end alone: what it said last may still be in the channel.
    const closed = Promise.all([once(this.child, "close"), once(this.child, "disconnect")]);
    const failed = once(this.child, "error").then(([error]) => {
      throw new WorkbenchError("INTERNAL", `instance ${this.number} could not be started`, {
        cause: error,
      });
    });
    // Where it ends well, nobody asks for this one any more.
    failed.catch(() => undefined);
    await Promise.race([closed, failed]);
    const { result, number } = this;
    if (result?.kind === "done") return result.summary;
    if (result?.kind === "failed") {
      const { code, message, hint, retryable } = result;
      throw new WorkbenchError(code, `instance ${number}: ${message}`, {
        retryable,
        ...(hint === undefined ? {} : { hint }),
      });
    }
    throw this.deathError();
  }

  private deathError(): WorkbenchError {
    const { pid, signalCode, exitCode } = this.child;
    const how =
      signalCode === null
        ? `ended with exit code ${String(exitCode)}`
        : `was killed by ${signalCode}`;
    const last = this.lastLine === "" ? "" : `; its last line: ${this.lastLine}`;
    return new WorkbenchError(
      "INTERNAL",
      `instance ${this.number} (pid ${String(pid)}) ${how}${last}`,
      { hint: "start it again: what was not committed is read anew, nothing is lost" },
    );
  }

  private tell(message: ParentMessage): void {
    // One that has just ended needs to be told nothing.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
}
