import type { AthenaClient } from "@aws-sdk/client-athena";
import { awsClientConfig } from "../aws";
import type { Settings } from "../config/settings";
import { describeError, WorkbenchError } from "../errors";

/** The SDK's module and a client of it; loaded when first needed, for it takes a second. */
export interface Athena {
  sdk: typeof import("@aws-sdk/client-athena");
  client: AthenaClient;
}

/** Loads the SDK and makes a client; the caller destroys it. */
export async function openAthena(settings: Pick<Settings, "aws">): Promise<Athena> {
  const sdk = await import("@aws-sdk/client-athena");
  return { sdk, client: new sdk.AthenaClient(awsClientConfig(settings)) };
}

const unreachableCodes = ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT"];

/** An error of a call to Athena as ours: what failed, and what mends it. */
export function athenaError(
  error: unknown,
  what: string,
  settings: Pick<Settings, "aws" | "athena">,
  context: Readonly<Record<string, unknown>> = {},
): WorkbenchError {
  if (error instanceof WorkbenchError) return error;
  const { local, endpointUrl } = settings.aws;
  if (unreachableCodes.includes(codeOf(error))) {
    const where = endpointUrl ?? "AWS";
    return new WorkbenchError("ATHENA", `${what}: Athena does not answer at ${where}`, {
      hint: local ? "npx workbench up" : "look at AWS_ENDPOINT_URL and the network",
      retryable: true,
      cause: error,
      context,
    });
  }
  const hint = hintFor(error instanceof Error ? error.name : "", describeError(error), settings);
  return new WorkbenchError("ATHENA", `${what}: ${describeError(error)}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
    context,
  });
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return "code" in error ? String(error.code) : "";
}

function hintFor(
  name: string,
  message: string,
  settings: Pick<Settings, "athena">,
): string | undefined {
  if (/Credentials|ExpiredToken|UnrecognizedClient|InvalidSignature/.test(name)) {
    return "give the AWS SDK credentials (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)";
  }
  if (/AccessDenied/.test(name)) return "the credentials in use lack a permission of Athena";
  if (/workgroup/i.test(message)) {
    return `ATHENA_WORKGROUP is ${settings.athena.workgroup}; does it exist?`;
  }
  return queryHint(message);
}

/** What mends a query, from Athena's reason. */
export function queryHint(reason: string): string | undefined {
  if (/output location/i.test(reason)) return "set ATHENA_OUTPUT to s3://bucket/prefix/";
  if (/TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|(table|schema|database) .*does not exist/i.test(reason)) {
    return "make the tables by `npx workbench etl`, or look at the name";
  }
  if (/COLUMN_NOT_FOUND|column .*cannot be resolved/i.test(reason)) {
    return "list the columns by DESCRIBE github_events";
  }
  if (/MALFORMED_QUERY|SYNTAX_ERROR|mismatched input|TYPE_MISMATCH/i.test(reason)) {
    return "look at the SQL where the message points";
  }
  return undefined;
}
