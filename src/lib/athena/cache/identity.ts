import { awsClientConfig } from "../../aws";
import type { Settings } from "../../config/settings";

/**
 * Whose Athena a query is asked of: the local endpoint's, or that of a region and of a caller. Two
 * callers of one account may be allowed to see different rows, so the caller counts, not only the
 * account.
 *
 * @throws Error where AWS does not tell who is calling
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function callerIdentity({ aws }: Pick<Settings, "aws">): Promise<readonly string[]> {
  const { local, region, endpointUrl = "aws" } = aws;
  if (local) return ["local", endpointUrl];
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient(awsClientConfig({ aws }));
  try {
    const { Arn, Account } = await client.send(new GetCallerIdentityCommand({}));
    if (Arn === undefined || Account === undefined) throw new Error("AWS does not say who calls");
    return [endpointUrl, region, Account, Arn];
  } finally {
    client.destroy();
  }
}
