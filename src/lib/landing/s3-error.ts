import { describeError, WorkbenchError } from "../errors";

/** What an error of an S3 call means for the caller. */
export type S3Failure =
  | { kind: "missing" }
  | { kind: "exists" }
  /** The outcome is unknown, or S3 is away: ask again. */
  | { kind: "again"; reason: string }
  | { kind: "fatal"; error: WorkbenchError };

interface SdkError {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

const cutShort = new Set(["RequestTimeout", "IncompleteBody", "BadDigest"]);

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function judgeS3Error(thrown: unknown, bucket: string, local: boolean): S3Failure {
  const error = thrown as SdkError;
  const name = error.name ?? "";
  const status = error.$metadata?.httpStatusCode;
  if (name === "NoSuchBucket") {
    return fatal(`the bucket ${bucket} does not exist`, thrown, bucketHint(local));
  }
  if (status === 412 || name === "PreconditionFailed") return { kind: "exists" };
  if (status === 404 || name === "NoSuchKey" || name === "NotFound") return { kind: "missing" };
  if (name === "CredentialsProviderError") {
    return fatal("no AWS credentials were found", thrown, "log in to AWS: aws configure");
  }
  if (status === 403 || status === 401) {
    const reason = describeError(thrown);
    return fatal(
      `S3 refused access to the bucket ${bucket}: ${reason}`,
      thrown,
      "check the AWS credentials and the bucket's policy: s3:GetObject and s3:PutObject are needed",
    );
  }
  // 409: another writer is at the same key; 408 and 429: told to come again. S3 says with 400 that
  // the body came too slowly, or not all of it.
  const again =
    status === undefined || status >= 500 || [408, 409, 429].includes(status) || cutShort.has(name);
  if (again) return { kind: "again", reason: error.code ?? describeError(thrown) };
  return fatal(`S3 answered ${status}: ${describeError(thrown)}`, thrown, "check RAW_BUCKET");
}

function fatal(message: string, cause: unknown, hint: string): S3Failure {
  return { kind: "fatal", error: new WorkbenchError("S3", message, { cause, hint }) };
}

function bucketHint(local: boolean): string {
  return local ? "npx workbench up makes it" : "create it, or set RAW_BUCKET";
}
