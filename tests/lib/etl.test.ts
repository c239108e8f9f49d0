import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Effects, type ProgressUpdate, systemEffects } from "../../src/lib/effects";
import { WorkbenchError } from "../../src/lib/errors";
import { runEtl } from "../../src/lib/etl";
import { AwsFault, FakeAws, serveJob } from "./glue/fake-aws";

const summary = {
  rows_read: 10,
  rows_written: 7,
  duplicates: 2,
  quarantined: 1,
  objects: 3,
  resolutions_changed: 4,
};

let aws: FakeAws;
let slept: number[];
let seen: ProgressUpdate[];
let warnings: string[];

beforeEach(async () => {
  aws = new FakeAws();
  await aws.start();
  slept = [];
  seen = [];
  warnings = [];
});
afterEach(() => aws.stop());

function effects(overrides: Partial<Effects> = {}): Effects {
  return systemEffects({
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
    progress: (update) => seen.push(update),
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => warnings.push(message),
    },
    ...overrides,
  });
}

async function failure(promise: Promise<unknown>): Promise<WorkbenchError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(WorkbenchError);
  return error as WorkbenchError;
}

describe("runEtl", () => {
  it("starts a run over the dataset and answers with its summary", async () => {
    serveJob(
      aws,
      [{ JobRunState: "STARTING" }, { JobRunState: "RUNNING" }, { JobRunState: "SUCCEEDED" }],
      summary,
    );
    const answer = await runEtl(aws.settings(), {}, effects());
    expect(answer).toEqual({
      job_run_id: "jr_1",
      state: "SUCCEEDED",
      rows_read: 10,
      rows_written: 7,
      duplicates: 2,
      quarantined: 1,
    });
    const start = aws.calls.find((call) => call.operation === "StartJobRun");
    expect(start?.request).toMatchObject({
      JobName: "github_events_etl",
      Arguments: {
        "--raw_path": "s3://raw/github-events/",
        "--coverage_path": "s3://raw/github-coverage/",
        "--enrichment_path": "s3://raw/github-enrichment/",
        "--database": "github_events",
        "--warehouse": "s3://processed/warehouse",
      },
    });
    expect(seen.map((update) => update.state)).toEqual([
      "preparing the job",
      "STARTING",
      "RUNNING",
      "SUCCEEDED",
    ]);
    expect(slept).toEqual([500, 625]);
  });

  it("does not wait when told not to, and guesses no counts", async () => {
    serveJob(aws, [{ JobRunState: "RUNNING" }]);
    const answer = await runEtl(aws.settings(), { wait: false }, effects());
    expect(answer).toMatchObject({ job_run_id: "jr_1", state: "STARTING", rows_written: null });
    expect(aws.count("GetJobRun")).toBe(0);
  });

  it("puts the script's own error first, and says where the log is", async () => {
    const text =
      "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 41; ValueError: no such thing";
    serveJob(aws, [{ JobRunState: "FAILED", ErrorMessage: text }]);
    const error = await failure(runEtl(aws.settings(), {}, effects()));
    expect(error.code).toBe("GLUE");
    expect(error.message).toBe(
      "ValueError: no such thing (job run jr_1 of github_events_etl is FAILED, line 41 of its script)",
    );
    expect(error.hint).toBe("its log: npx workbench logs jr_1");
  });

  it.each(["STOPPED", "TIMEOUT", "ERROR", "EXPIRED"])("takes %s for a failure", async (state) => {
    serveJob(aws, [{ JobRunState: state, Timeout: 120 }]);
    const error = await failure(runEtl(aws.settings(), {}, effects()));
    expect(error.message).toContain(`job run jr_1 of github_events_etl is ${state}`);
  });

  it("joins a run over the same dataset, and says so", async () => {
    serveJob(aws, [{ JobRunState: "SUCCEEDED" }]);
    aws.objects.set("processed/going.json", JSON.stringify(summary));
    aws.operations["StartJobRun"] = () => {
      throw new AwsFault("ConcurrentRunsExceededException", "one is going");
    };
    aws.operations["GetJobRuns"] = () => ({
      JobRuns: [
        { Id: "jr_0", JobRunState: "SUCCEEDED" },
        {
          Id: "jr_9",
          JobRunState: "RUNNING",
          Arguments: {
            "--database": "github_events",
            "--summary_path": "s3://processed/going.json",
          },
        },
      ],
    });
    const answer = await runEtl(aws.settings(), {}, effects());
    expect(answer).toMatchObject({ job_run_id: "jr_9", rows_written: 7 });
    expect(warnings).toEqual([
      "a job run is going already: joined it, started no other; what landed after it began is for the next run",
    ]);
  });

  it("joins a run that leaves no summary, and makes up no counts", async () => {
    serveJob(aws, [{ JobRunState: "SUCCEEDED" }]);
    aws.operations["StartJobRun"] = () => {
      throw new AwsFault("ConcurrentRunsExceededException", "one is going");
    };
    aws.operations["GetJobRuns"] = () => ({
      JobRuns: [
        { Id: "jr_9", JobRunState: "RUNNING", Arguments: { "--database": "github_events" } },
      ],
    });
    const answer = await runEtl(aws.settings(), {}, effects());
    expect(answer).toMatchObject({ job_run_id: "jr_9", state: "SUCCEEDED", rows_written: null });
    expect(warnings.at(-1)).toContain("without --summary_path");
  });

  it("tells the stage that the run writes, as far as it goes", async () => {
    const running = { JobRunState: "RUNNING", StartedOn: Date.now() / 1000 - 60 };
    serveJob(aws, [running, running, running, { JobRunState: "SUCCEEDED" }], summary);
    const start = aws.operations["StartJobRun"];
    let path = "";
    aws.operations["StartJobRun"] = (request) => {
      path = (request["Arguments"] as Record<string, string>)["--progress_path"] ?? "";
      return start?.(request) ?? {};
    };
    const texts = [undefined, "{half", '{"stage":"merge events","done":2,"total":8}'];
    const sleep = (): Promise<void> => {
      const text = texts[slept.push(0)];
      if (text !== undefined) aws.objects.set(path.replace("s3://", ""), text);
      return Promise.resolve();
    };
    await runEtl(aws.settings(), {}, effects({ sleep }));
    expect(seen.map(({ state, fraction }) => [state, fraction])).toEqual([
      ["preparing the job", undefined],
      ["RUNNING", undefined],
      ["RUNNING", undefined],
      ["RUNNING: merge events (3/8)", 0.25],
      ["SUCCEEDED", undefined],
    ]);
    expect(seen[1]?.figures?.["elapsedSeconds"]).toBeGreaterThanOrEqual(60);
  });

  it("starts a run again whose engine was killed, as often as it is told", async () => {
    const killed = {
      JobRunState: "FAILED",
      ErrorMessage: "Spark was killed, or the machine stopped, while the job ran",
    };
    serveJob(aws, [killed, { JobRunState: "SUCCEEDED" }], summary);
    expect(await runEtl(aws.settings(), {}, effects())).toMatchObject({ rows_written: 7 });
    expect(aws.count("StartJobRun")).toBe(2);
    expect(warnings[0]).toMatch(/^the run is tried again: Spark was killed/);

    serveJob(aws, [killed], summary);
    const error = await failure(runEtl(aws.settings(), { retries: 2 }, effects()));
    expect(error.message).toContain("Spark was killed");
    expect(aws.count("StartJobRun")).toBe(5);
  });

  it("never starts a script again that raised an error", async () => {
    const ErrorMessage = "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 1; ValueError: x";
    serveJob(aws, [{ JobRunState: "FAILED", ErrorMessage }]);
    await failure(runEtl(aws.settings(), { retries: 5 }, effects()));
    expect(aws.count("StartJobRun")).toBe(1);
  });

  it("asks again while the endpoint is away, for a minute", async () => {
    serveJob(aws, [{ JobRunState: "RUNNING" }, { JobRunState: "SUCCEEDED" }], summary);
    const settings = aws.settings();
    const { port } = new URL(settings.aws.endpointUrl ?? "");
    let nowMs = 0;
    const sleep = async (): Promise<void> => {
      nowMs += 40_000;
      if (slept.push(0) === 1) await aws.stop();
      else await aws.start(Number(port));
    };
    const answer = await runEtl(settings, {}, effects({ sleep, now: () => nowMs }));
    expect(answer.rows_written).toBe(7);
    expect(seen.some(({ state }) => state.startsWith("waiting: "))).toBe(true);

    serveJob(aws, [{ JobRunState: "RUNNING" }], summary);
    slept.length = 0;
    const away = async (): Promise<void> => {
      nowMs += 40_000;
      if (slept.push(0) === 1) await aws.stop();
    };
    const error = await failure(runEtl(settings, {}, effects({ sleep: away, now: () => nowMs })));
    expect([error.code, slept.length]).toEqual(["ENGINE", 2]);
    await aws.start();
  });

  it.each([
    ["of another dataset", { "--database": "demo_events" }, {}],
    [
      "over another cluster's raw objects",
      { "--database": "github_events", "--raw_path": "s3://raw/brokers-3/github-events/" },
      {},
    ],
    [
      "of the same dataset, when told to queue",
      { "--database": "github_events" },
      { whenBusy: "queue" as const },
    ],
  ])("waits for a run %s and then starts its own", async (_, Arguments, options) => {
    serveJob(aws, [{ JobRunState: "SUCCEEDED" }], summary);
    const start = aws.operations["StartJobRun"];
    let refusals = 2;
    aws.operations["StartJobRun"] = (request) => {
      refusals -= 1;
      if (refusals >= 0) throw new AwsFault("ConcurrentRunsExceededException", "one is going");
      return start?.(request) ?? {};
    };
    aws.operations["GetJobRuns"] = () => ({
      JobRuns: [{ Id: "jr_9", JobRunState: "RUNNING", Arguments }],
    });
    const answer = await runEtl(aws.settings(), options, effects());
    expect(answer.job_run_id).toBe("jr_1");
    expect(slept).toEqual([2000, 2000]);
  });

  it("stops its run when it is stopped", async () => {
    serveJob(aws, [{ JobRunState: "RUNNING" }]);
    const stop = new AbortController();
    const error = await failure(
      runEtl(
        aws.settings(),
        {},
        effects({
          signal: stop.signal,
          sleep: () => {
            stop.abort();
            return Promise.reject(new WorkbenchError("ABORTED", "stopped while waiting"));
          },
        }),
      ),
    );
    expect(error).toMatchObject({
      code: "ABORTED",
      message: "stopped; job run jr_1 was told to stop",
    });
    expect(aws.calls.at(-1)).toMatchObject({
      operation: "BatchStopJobRun",
      request: { JobRunIds: ["jr_1"] },
    });
  });

  it("leaves a run that it joined alone when it is stopped", async () => {
    serveJob(aws, [{ JobRunState: "RUNNING" }]);
    aws.operations["StartJobRun"] = () => {
      throw new AwsFault("ConcurrentRunsExceededException");
    };
    aws.operations["GetJobRuns"] = () => ({
      JobRuns: [
        { Id: "jr_9", JobRunState: "RUNNING", Arguments: { "--database": "github_events" } },
      ],
    });
    const stop = new AbortController();
    const sleep = (): Promise<void> => {
      stop.abort();
      return Promise.reject(new WorkbenchError("ABORTED", "stopped while waiting"));
    };
    const error = await failure(
      runEtl(aws.settings(), {}, effects({ signal: stop.signal, sleep })),
    );
    expect(error.message).toBe("stopped waiting; job run jr_9 goes on");
    expect(aws.count("BatchStopJobRun")).toBe(0);
  });

  it.each([
    ["none", undefined, "left no summary"],
    ["one of another shape", { rows: 1 }, "is not one of this job's"],
  ])("does not make up a summary where the run left %s", async (_, left, words) => {
    serveJob(aws, [{ JobRunState: "SUCCEEDED" }], left);
    const error = await failure(runEtl(aws.settings(), {}, effects()));
    expect([error.code, error.message.includes(words)]).toEqual(["GLUE", true]);
  });

  it("names the command that mends an endpoint that is down", async () => {
    const settings = aws.settings();
    await aws.stop();
    const error = await failure(runEtl(settings, {}, effects()));
    expect(error).toMatchObject({ code: "ENGINE", hint: "npx workbench up", retryable: true });
    await aws.start();
  });
});
