import type { GlueClient } from "@aws-sdk/client-glue";
import type { S3Client } from "@aws-sdk/client-s3";
import { awsClientConfig, s3ClientConfig } from "../aws";
import type { Settings } from "../config/settings";
import { describeError, type ErrorCode, WorkbenchError } from "../errors";

/** The SDK's module and a client of it; loaded when first needed. The caller destroys the client. */
export interface Glue {
  sdk: typeof import("@aws-sdk/client-glue");
  client: GlueClient;
}

/** As {@link Glue}, for the scripts and the summaries of job runs. */
export interface S3 {
  sdk: typeof import("@aws-sdk/client-s3");
  client: S3Client;
}

export async function openGlue(settings: Pick<Settings, "aws">): Promise<Glue> {
  const sdk = await import("@aws-sdk/client-glue");
  return { sdk, client: new sdk.GlueClient(awsClientConfig(settings)) };
}

export async function openS3(settings: Pick<Settings, "aws">): Promise<S3> {
  const sdk = await import("@aws-sdk/client-s3");
  return { sdk, client: new sdk.S3Client(s3ClientConfig(settings)) };
}

const unreachableCodes = ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT"];

/**
 * An error of a call to Glue or S3 as ours: what failed, and what mends it.
 *
 * @param what - what was being done: "starting the job run"
 */
export function awsError(
  error: unknown,
  code: Extract<ErrorCode, "GLUE" | "S3">,
  what: string,
  settings: Pick<Settings, "aws" | "processedBucket">,
): WorkbenchError {
  if (error instanceof WorkbenchError) return error;
  const { local, endpointUrl } = settings.aws;
  if (unreachableCodes.includes(networkCode(error))) {
    const where = endpointUrl ?? "AWS";
    return new WorkbenchError(
      local ? "ENGINE" : code,
      `${what}: the AWS endpoint does not answer at ${where}`,
      {
        hint: local ? "npx workbench up" : "look at AWS_ENDPOINT_URL and the network",
        retryable: true,
        cause: error,
      },
    );
  }
  const hint = hintFor(errorName(error), settings);
  return new WorkbenchError(code, `${what}: ${describeError(error)}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

/** The name AWS gave an error, such as `EntityNotFoundException`. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

function networkCode(error: unknown): string {
  if (error instanceof AggregateError) return networkCode(error.errors[0]);
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return String(error.code);
}

function hintFor(
  name: string,
  settings: Pick<Settings, "aws" | "processedBucket">,
): string | undefined {
  if (/Credentials|ExpiredToken|UnrecognizedClient|InvalidSignature|InvalidAccessKey/.test(name)) {
    return "give the AWS SDK credentials (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)";
  }
  if (/AccessDenied/.test(name)) return "the credentials in use lack a permission of Glue or S3";
  if (name === "NoSuchBucket") {
    return settings.aws.local
      ? "npx workbench up"
      : `PROCESSED_BUCKET is ${settings.processedBucket}; does it exist?`;
  }
  return undefined;
}
