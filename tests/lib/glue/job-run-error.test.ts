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
    const error = jobRunError({ JobRunState: "TIMEOUT", Timeout: 120 }, "jr_1", {
      aws: { local: false, region: "eu-central-1", endpointUrl: undefined },
      glue: { database: "d", job: "j", role: undefined },
    });
    expect(error.message).toBe(
      "job run jr_1 of j is TIMEOUT: it lasted longer than its 120 minutes",
    );
    expect(error.hint).toContain("/aws-glue/jobs/error");
  });
});
