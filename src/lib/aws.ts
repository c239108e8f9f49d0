import type { Settings } from "./config/settings";

/** What every AWS client is made with. */
export interface AwsClientConfig {
  region: string;
  /** Given only where the endpoint is not AWS's own. */
  endpoint?: string;
  /** Given only for the local endpoint; elsewhere the SDK's own chain finds them. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** What an S3 client is made with besides. */
export interface S3ClientConfig extends AwsClientConfig {
  /** Buckets in the path, not in the host name, where the endpoint is not AWS's own. */
  forcePathStyle: boolean;
  /** Endpoints that are not AWS's own do not all know the newer checksum trailers. */
  requestChecksumCalculation?: "WHEN_REQUIRED";
  responseChecksumValidation?: "WHEN_REQUIRED";
}

/**
 * The settings of an AWS client, for the local endpoint and for AWS alike.
 *
 * @example
 * ```ts
 * const { GlueClient } = await import("@aws-sdk/client-glue");
 * const glue = new GlueClient(awsClientConfig(settings));
 * ```
 */
export function awsClientConfig(settings: Pick<Settings, "aws">): AwsClientConfig {
  // The SDK's notice about Node 20 would stand in front of every answer.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { region, endpointUrl, credentials } = settings.aws;
  return {
    region,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** The settings of an S3 client: {@link awsClientConfig} and what S3 alone needs. */
export function s3ClientConfig(settings: Pick<Settings, "aws">): S3ClientConfig {
  const config = awsClientConfig(settings);
  if (config.endpoint === undefined) return { ...config, forcePathStyle: false };
  return {
    ...config,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  };
}
