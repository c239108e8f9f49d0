import type { Effects } from "../../lib/effects";
import { toWorkbenchError } from "../../lib/errors";
import type { Settings } from "../../lib/config/settings";

/** What {@link ensureResources} found missing and made. */
export interface CreatedResources {
  buckets: string[];
  workgroups: string[];
}

/**
 * Makes the buckets and the Athena workgroup that the settings name, on this machine; what is
 * there already stays as it is.
 *
 * @throws WorkbenchError code S3 or ATHENA
 */
export async function ensureResources(
  settings: Settings,
  effects: Effects,
): Promise<CreatedResources> {
  const buckets = await createBuckets(settings).catch((error: unknown) => {
    throw toWorkbenchError(error, "S3", "the buckets cannot be made", {
      hint: "npx workbench status",
    });
  });
  const workgroups = await createWorkgroup(settings).catch((error: unknown) => {
    throw toWorkbenchError(error, "ATHENA", "the workgroup cannot be made", {
      hint: "npx workbench status",
    });
  });
  for (const name of buckets) effects.logger.info("made a bucket", { name });
  for (const name of workgroups) effects.logger.info("made a workgroup", { name });
  return { buckets, workgroups };
}

async function createBuckets(settings: Settings): Promise<string[]> {
  const { CreateBucketCommand, HeadBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client({ ...clientOptions(settings), forcePathStyle: true });
  const made: string[] = [];
  try {
    for (const Bucket of new Set([settings.raw.bucket, settings.processedBucket])) {
      try {
        await client.send(new HeadBucketCommand({ Bucket }));
      } catch (error) {
        if ((error as { name?: string }).name !== "NotFound") throw error;
        await client.send(new CreateBucketCommand({ Bucket }));
        made.push(Bucket);
      }
    }
  } finally {
    client.destroy();
  }
  return made;
}

async function createWorkgroup(settings: Settings): Promise<string[]> {
  const { AthenaClient, CreateWorkGroupCommand, ListWorkGroupsCommand } =
    await import("@aws-sdk/client-athena");
  const client = new AthenaClient(clientOptions(settings));
  const { workgroup: Name, output } = settings.athena;
  try {
    const { WorkGroups = [] } = await client.send(new ListWorkGroupsCommand({}));
    if (WorkGroups.some((group) => group.Name === Name)) return [];
    const ResultConfiguration = output === undefined ? {} : { OutputLocation: output };
    const Configuration = { ResultConfiguration, EnforceWorkGroupConfiguration: false };
    await client.send(new CreateWorkGroupCommand({ Name, Configuration }));
    return [Name];
  } finally {
    client.destroy();
  }
}

function clientOptions({ aws }: Settings): {
  region: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
} {
  return {
    region: aws.region,
    ...(aws.endpointUrl === undefined ? {} : { endpoint: aws.endpointUrl }),
    ...(aws.credentials === undefined ? {} : { credentials: aws.credentials }),
  };
}
