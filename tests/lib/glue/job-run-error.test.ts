import type { JobRun } from "@aws-sdk/client-glue";
import { describe, expect, it } from "vitest";
import { jobRunError, readErrorMessage } from "../../../src/lib/glue/job-run-error";

describe("readErrorMessage", () => {
  it.each([
    ["", "", undefined],
    ["ValueError: x", "ValueError: x", undefined],
    ["Error Category: QUERY_ERROR; ValueError: x", "ValueError: x", undefined],
    ["Error Category: A_B; Failed Line Number: 3; ValueError: x; y", "ValueError: x; y", 3],
    ["ValueError: a\n  b", "ValueError: a b", undefined],
  ])("%j", (message, text, line) => {
    expect(readErrorMessage(message)).toEqual({ text, line });
  });
});

describe("jobRunError", () => {
  it("points to CloudWatch on AWS", () => {
    const error = jobRunError({ JobName: "j", JobRunState: "TIMEOUT", Timeout: 120 }, "jr_1", {
      aws: { local: false, region: "eu-central-1", endpointUrl: undefined },
    });
    expect(error.message).toBe(
      "job run jr_1 of j is TIMEOUT: it lasted longer than its 120 minutes",
    );
    expect(error.hint).toContain("/aws-glue/jobs/error");
  });

  const local = { aws: { local: true, region: "us-east-1", endpointUrl: undefined } };
  it.each([
    ["FAILED", "Spark was killed, or the machine stopped, while the job ran: x", true],
    ["FAILED", "the local AWS endpoint stopped before Spark was started; run it again", true],
    ["FAILED", "Resource unavailable", true],
    ["FAILED", "Max concurrent compute (DPU usage) exceeded", true],
    // What a script raises is its own, whatever its words are.
    ["FAILED", "Error Category: UNCLASSIFIED_ERROR; IOError: Rate exceeded", false],
    ["FAILED", "Error Category: X_ERROR; Failed Line Number: 3; a.b: Rate exceeded", false],
    ["FAILED", "the script ended with exit code 1", false],
    ["TIMEOUT", "Spark was killed", false],
    ["STOPPED", "", false],
  ])("of a run that is %s by %j is retryable: %s", (JobRunState, ErrorMessage, expected) => {
    expect(jobRunError({ JobRunState, ErrorMessage } as JobRun, "jr_1", local).retryable).toBe(
      expected,
    );
  });
});
