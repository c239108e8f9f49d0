import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemEffects } from "../../../src/lib/effects";
import { cancelJobRun } from "../../../src/lib/glue/cancel";
import { readHistory } from "../../../src/lib/glue/history";
import { AwsFault, FakeAws, serveJob } from "./fake-aws";

let aws: FakeAws;
beforeEach(async () => {
  aws = new FakeAws();
  await aws.start();
});
afterEach(() => aws.stop());

const effects = systemEffects({ sleep: () => Promise.resolve(), now: () => 200_000 });
const counts = { rows_read: 10, rows_written: 7, duplicates: 2, quarantined: 1, objects: 3 };

describe("readHistory", () => {
  it("tells each run with the counts it left", async () => {
    aws.objects.set("processed/1.json", JSON.stringify(counts));
    const runs = [
      { Id: "jr_4", JobRunState: "RUNNING", StartedOn: 190 },
      {
        Id: "jr_3",
        JobRunState: "FAILED",
        StartedOn: 100,
        CompletedOn: 130.4,
        ErrorMessage: "Error Category: X_ERROR; Failed Line Number: 3; ValueError: a\nb\u001b[31m",
      },
      {
        Id: "jr_2",
        JobRunState: "SUCCEEDED",
        Arguments: { "--summary_path": "s3://processed/gone.json" },
      },
      {
        Id: "jr_1",
        JobRunState: "SUCCEEDED",
        StartedOn: 0,
        CompletedOn: 60,
        Arguments: { "--database": "d", "--summary_path": "s3://processed/1.json" },
      },
    ];
    // Pages of two, as Glue may give fewer than it is asked for.
    aws.operations["GetJobRuns"] = ({ NextToken }) =>
      NextToken === undefined
        ? { JobRuns: runs.slice(0, 2), NextToken: "2" }
        : { JobRuns: runs.slice(2) };
    const none = {
      ...{ rows_read: null, rows_written: null, duplicates: null, quarantined: null },
      ...{ database: null, error: null },
    };
    expect(await readHistory(aws.settings(), {}, effects)).toEqual([
      {
        ...none,
        job_run_id: "jr_4",
        state: "RUNNING",
        started_at: "1970-01-01T00:03:10.000Z",
        seconds: 10,
      },
      {
        ...none,
        job_run_id: "jr_3",
        state: "FAILED",
        started_at: "1970-01-01T00:01:40.000Z",
        seconds: 30,
        error: "ValueError: a",
      },
      { ...none, job_run_id: "jr_2", state: "SUCCEEDED", started_at: null, seconds: null },
      {
        job_run_id: "jr_1",
        state: "SUCCEEDED",
        started_at: "1970-01-01T00:00:00.000Z",
        seconds: 60,
        database: "d",
        rows_read: 10,
        rows_written: 7,
        duplicates: 2,
        quarantined: 1,
        error: null,
      },
    ]);
    expect(await readHistory(aws.settings(), { limit: 3 }, effects)).toHaveLength(3);
    expect(aws.calls.at(-1)?.request).toMatchObject({ MaxResults: 1, NextToken: "2" });
  });

  it("is empty where the job was never made", async () => {
    aws.operations["GetJobRuns"] = () => {
      throw new AwsFault("EntityNotFoundException", "no job");
    };
    expect(await readHistory(aws.settings(), {}, effects)).toEqual([]);
  });
});

describe("cancelJobRun", () => {
  it("stops the run that is going and waits for its end", async () => {
    serveJob(aws, [{ JobRunState: "STOPPING" }, { JobRunState: "STOPPED" }]);
    aws.operations["GetJobRuns"] = () => ({
      JobRuns: [
        { Id: "jr_3", JobRunState: "RUNNING", Arguments: { "--database": "other" } },
        { Id: "jr_2", JobRunState: "RUNNING", Arguments: { "--database": "d" } },
      ],
    });
    const isOurs = (run: { Arguments?: Record<string, string> | undefined }): boolean =>
      run.Arguments?.["--database"] === "d";
    expect(await cancelJobRun(aws.settings(), { kind: "etl", isOurs }, effects)).toEqual({
      job_run_id: "jr_2",
      state: "STOPPED",
    });
    const stopped = aws.calls.filter(({ operation }) => operation === "BatchStopJobRun");
    expect(stopped.map(({ request }) => request["JobRunIds"])).toEqual([["jr_2"]]);
  });

  it("says that there is nothing to stop", async () => {
    serveJob(aws, [{ JobRunState: "SUCCEEDED" }]);
    aws.operations["GetJobRuns"] = () => ({ JobRuns: [] });
    const settings = aws.settings();
    await expect(cancelJobRun(settings, { kind: "etl" }, effects)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "no run of github_events_etl is going",
    });
    const named = { kind: "etl" as const, id: "jr_1" };
    await expect(cancelJobRun(settings, named, effects)).rejects.toMatchObject({
      message: "job run jr_1 is over: it is SUCCEEDED",
    });
  });

  it("says why a run cannot be stopped", async () => {
    serveJob(aws, [{ JobRunState: "RUNNING" }]);
    aws.operations["BatchStopJobRun"] = () => ({
      Errors: [{ JobRunId: "jr_1", ErrorDetail: { ErrorMessage: "it is another's" } }],
    });
    const named = { kind: "etl" as const, id: "jr_1" };
    await expect(cancelJobRun(aws.settings(), named, effects)).rejects.toMatchObject({
      message: "stopping job run jr_1: it is another's",
    });
  });
});
