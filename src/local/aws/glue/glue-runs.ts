import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Effects } from "../../../lib/effects";
import { describeError, WorkbenchError } from "../../../lib/errors";
import { findSpark } from "../../spark/install";
import { sparkCommand } from "../../spark/submit";
import { ApiError } from "../api-error";
import { JsonStore } from "../json-store";
import { type Objects, parseS3Address } from "../objects";
import { type JobArguments, mergeArguments, readArguments, refuseArguments } from "./arguments";
import { isFinal, type JobRun, type JobRunState, retryId, runIdPattern } from "./job-run";
import type { Job } from "./job-store";
import { explainEnd } from "./run-end";
import {
  findRunProcess,
  isRunAlive,
  type ProcessName,
  readExitCode,
  signalRun,
  startRunProcess,
} from "./run-process";

/** What job runs need to know. */
export interface GlueRunsOptions {
  home: string;
  /** Records and, a folder a run, scripts and logs. */
  folder: string;
  objects: Objects;
  endpoints: {
    gatewayUrl: string;
    s3Url: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  env: Readonly<Record<string, string | undefined>>;
  effects: Effects;
}

const pollIntervalMs = 200;
/** Spark's own end takes seconds; then it is killed. */
const graceMs = 15_000;
/** Glue's default for version 5: eight hours. */
const defaultTimeoutMinutes = 480;

/** What StartJobRun may say beside the job's own definition. */
export interface StartRequest {
  arguments?: JobArguments | undefined;
  timeoutMinutes?: number | undefined;
  workerType?: string | undefined;
  workers?: number | undefined;
}

/** A process that cannot be any more: how its run ended is in its exit code. */
const gone: ProcessName = { pid: 0, startTicks: Number.MAX_SAFE_INTEGER };

/** A run that was being stopped when the gateway was killed has been stopped. */
function stoppedBefore(run: JobRun): { state: JobRunState } | undefined {
  return run.state === "STOPPING" ? { state: "STOPPED" } : undefined;
}

/** Job runs: each a real Spark process. */
export class GlueRuns {
  private readonly store: JsonStore<JobRun>;
  /** Why a run that is being ended ends. */
  private readonly ending = new Map<string, { state: JobRunState; error?: string }>();
  private readonly watched = new Map<string, Promise<void>>();
  private closing = false;

  constructor(private readonly options: GlueRunsOptions) {
    this.store = new JsonStore(join(options.folder, "runs"));
  }

  /** The folder of a run's script and logs. */
  dir(id: string): string {
    return join(this.options.folder, id);
  }

  /** After a start of the gateway: follows runs whose Spark still works, and ends the others. */
  recover(): void {
    for (const run of this.store.list()) {
      if (isFinal(run.state)) continue;
      // Killed between Spark's start and the record of it: Spark itself tells whose it is.
      const process = run.process ?? findRunProcess(this.dir(run.id));
      if (process === undefined && readExitCode(this.dir(run.id)) === undefined) {
        const error = "the local AWS endpoint stopped before Spark was started; run it again";
        this.finish(run.id, { state: "FAILED", error });
      } else {
        this.running(run.id, process);
      }
    }
  }

  get(id: string): JobRun | undefined {
    return runIdPattern.test(id) ? this.store.get(id) : undefined;
  }

  /** Runs of a job, latest first. */
  list(jobName: string): JobRun[] {
    return this.store
      .list()
      .filter((run) => run.jobName === jobName)
      .sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? -1 : 1));
  }

  /**
   * Starts a run and answers at once.
   *
   * @throws ApiError ConcurrentRunsExceededException, InvalidInputException
   */
  start(job: Job, given: StartRequest): string {
    const limit = job.ExecutionProperty?.MaxConcurrentRuns ?? 1;
    if (this.list(job.Name).filter(({ state }) => !isFinal(state)).length >= limit) {
      throw new ApiError(
        "ConcurrentRunsExceededException",
        `Concurrent runs exceeded for ${job.Name}`,
      );
    }
    if (job.Command.Name !== "glueetl") {
      const words = `the local Glue does not support the command ${job.Command.Name}`;
      throw new ApiError("InvalidInputException", words);
    }
    const all = mergeArguments(job.DefaultArguments, given.arguments, job.NonOverridableArguments);
    const refusal = refuseArguments(all);
    if (refusal !== undefined) throw new ApiError("InvalidInputException", refusal);
    const id = `jr_${randomBytes(32).toString("hex")}`;
    const startedMs = this.options.effects.now();
    this.begin({
      id,
      jobName: job.Name,
      state: "STARTING",
      arguments: given.arguments ?? {},
      allArguments: all,
      retriesLeft: job.MaxRetries ?? 0,
      script: job.Command.ScriptLocation,
      startedMs,
      modifiedMs: startedMs,
      timeoutMinutes: given.timeoutMinutes ?? job.Timeout ?? defaultTimeoutMinutes,
      glueVersion: job.GlueVersion ?? "5.1",
      workerType: given.workerType ?? job.WorkerType ?? "G.1X",
      workers: given.workers ?? job.NumberOfWorkers ?? 2,
    });
    return id;
  }

  private begin(run: JobRun): void {
    const { id, allArguments = {} } = run;
    this.store.put(id, run);
    void this.launch(id, allArguments).catch((error: unknown) => {
      const words = error instanceof WorkbenchError ? error.oneLine : describeError(error);
      this.finish(id, { state: "FAILED", error: words });
    });
  }

  /** Begins to stop a run; it is STOPPED when its process has gone. */
  stop(id: string): void {
    this.end(id, { state: "STOPPED" });
  }

  /** Stops every run: the gateway ends, and S3 with it. */
  async close(): Promise<void> {
    this.closing = true;
    const error = "stopped: the local AWS endpoint was shut down while the job ran";
    for (const id of this.watched.keys()) this.end(id, { state: "FAILED", error });
    await Promise.all(this.watched.values());
  }

  private async launch(id: string, all: JobArguments): Promise<void> {
    const { home, objects, endpoints, env, effects } = this.options;
    const run = this.need(id);
    const install = findSpark(home, env);
    const dir = this.dir(id);
    mkdirSync(dir, { recursive: true });
    const { script, conf, pyFiles } = readArguments(all, { jobName: run.jobName, runId: id });
    const fetched = await Promise.all([run.script, ...pyFiles].map((from) => fetch(from)));
    const [scriptFile = "", ...pyFilePaths] = fetched;
    if (this.ending.has(id)) {
      this.finish(id, this.ending.get(id));
      return;
    }
    const spark = sparkCommand(
      install,
      { dir, script: scriptFile, pyFiles: pyFilePaths, args: script, conf },
      { ...endpoints, glueUrl: endpoints.gatewayUrl },
      endpoints.gatewayUrl,
      env,
    );
    const process = await startRunProcess(dir, spark);
    effects.logger.info("a job run has started", { id, job: run.jobName, pid: process.pid });
    this.running(id, process);

    async function fetch(from: string): Promise<string> {
      const address = parseS3Address(from);
      if (address === undefined) throw new Error(`${from} is not an s3:// address`);
      const file = join(dir, basename(address.key));
      try {
        await objects.download(address, file);
      } catch (error) {
        throw new Error(`${from} cannot be fetched: ${describeError(error)}`, { cause: error });
      }
      return file;
    }
  }

  private running(id: string, process: ProcessName | undefined): void {
    const run = this.need(id);
    const state = run.state === "STARTING" ? "RUNNING" : run.state;
    const modifiedMs = this.options.effects.now();
    this.store.put(id, { ...run, state, process: process ?? gone, modifiedMs });
    this.watch(id);
  }

  /** Follows a run's process to its end. */
  private watch(id: string): void {
    this.watched.set(
      id,
      this.follow(id)
        .catch((error: unknown) => {
          this.options.effects.logger.warn("a job run was lost", { id, error: String(error) });
        })
        .finally(() => this.watched.delete(id)),
    );
  }

  private async follow(id: string): Promise<void> {
    const { effects } = this.options;
    const { process, startedMs, timeoutMinutes } = this.need(id);
    if (process === undefined) return;
    let signalledMs: number | undefined;
    while (isRunAlive(process)) {
      const now = effects.now();
      if (now - startedMs > timeoutMinutes * 60_000) {
        this.end(id, {
          state: "TIMEOUT",
          error: `the job ran longer than its time-out of ${timeoutMinutes} min`,
        });
      }
      if (this.ending.has(id) && signalledMs === undefined) {
        signalRun(process, "SIGTERM");
        signalledMs = now;
      }
      if (signalledMs !== undefined && now - signalledMs > graceMs) signalRun(process, "SIGKILL");
      await effects.sleep(pollIntervalMs);
    }
    const code = readExitCode(this.dir(id));
    // A script that came to its end before the signal reached it has done its work.
    const planned = code === 0 ? undefined : (this.ending.get(id) ?? stoppedBefore(this.need(id)));
    if (planned !== undefined) {
      this.finish(id, planned);
    } else if (code === 0) {
      this.finish(id, { state: "SUCCEEDED" });
    } else {
      const script = join(this.dir(id), basename(this.need(id).script));
      this.finish(id, { state: "FAILED", error: await explainEnd(this.dir(id), script, code) });
    }
  }

  private end(id: string, how: { state: JobRunState; error?: string }): void {
    const run = this.need(id);
    if (isFinal(run.state) || this.ending.has(id)) return;
    this.ending.set(id, how);
    if (how.state === "STOPPED") {
      this.store.put(id, { ...run, state: "STOPPING", modifiedMs: this.options.effects.now() });
    }
  }

  private finish(
    id: string,
    how: { state: JobRunState; error?: string } = { state: "STOPPED" },
  ): void {
    const { effects } = this.options;
    const now = effects.now();
    this.ending.delete(id);
    this.store.put(id, { ...this.need(id), ...how, completedMs: now, modifiedMs: now });
    rmSync(join(this.dir(id), "tmp"), { recursive: true, force: true });
    effects.logger.info("a job run has ended", { id, ...how });
    this.retry(this.need(id));
  }

  /** Runs that have failed are started again as often as MaxRetries says; no others, as on AWS. */
  private retry(run: JobRun): void {
    const { retriesLeft = 0, attempt = 0 } = run;
    if (run.state !== "FAILED" || retriesLeft === 0 || this.closing) return;
    const now = this.options.effects.now();
    this.begin({
      ...run,
      ...{ error: undefined, completedMs: undefined, process: undefined },
      id: retryId(run),
      state: "STARTING",
      attempt: attempt + 1,
      previousId: run.id,
      retriesLeft: retriesLeft - 1,
      startedMs: now,
      modifiedMs: now,
    });
  }

  private need(id: string): JobRun {
    const run = this.store.get(id);
    if (run === undefined) throw new WorkbenchError("INTERNAL", `job run ${id} has no record`);
    return run;
  }
}
