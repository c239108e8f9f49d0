import { describe, expect, it } from "vitest";
import { judgeS3Error } from "../../../src/lib/landing/s3-error";

function sdkError(name: string, status?: number, code?: string): Error {
  return Object.assign(new Error(`${name}!`), {
    name,
    code,
    $metadata: { httpStatusCode: status },
  });
}

describe("judgeS3Error", () => {
  it.each([
    ["PreconditionFailed", 412, "exists"],
    ["NoSuchKey", 404, "missing"],
    ["NotFound", 404, "missing"],
    ["ConditionalRequestConflict", 409, "again"],
    ["InternalError", 500, "again"],
    ["SlowDown", 503, "again"],
    ["TooManyRequests", 429, "again"],
    ["RequestTimeout", 408, "again"],
    ["RequestTimeout", 400, "again"],
    ["IncompleteBody", 400, "again"],
    ["TimeoutError", undefined, "again"],
    ["Error", undefined, "again"],
    ["NoSuchBucket", 404, "fatal"],
    ["AccessDenied", 403, "fatal"],
    ["InvalidAccessKeyId", 403, "fatal"],
    ["CredentialsProviderError", undefined, "fatal"],
    ["InvalidRequest", 400, "fatal"],
  ])("%s %s: %s", (name, status, kind) => {
    const failure = judgeS3Error(sdkError(name, status), "raw", true);
    expect(failure.kind).toBe(kind);
    if (failure.kind === "fatal") expect(failure.error).toMatchObject({ code: "S3" });
  });

  it("tells how a missing bucket is mended, here and on AWS", () => {
    const hint = (local: boolean): string | undefined => {
      const failure = judgeS3Error(sdkError("NoSuchBucket", 404), "raw", local);
      return failure.kind === "fatal" ? failure.error.hint : undefined;
    };
    expect(hint(true)).toMatch(/npx workbench up/);
    expect(hint(false)).toMatch(/RAW_BUCKET/);
  });
});
