import { awsClientConfig, s3ClientConfig } from "../../lib/aws";
import type { Settings } from "../../lib/config/settings";
import type { Effects } from "../../lib/effects";
import { describeError } from "../../lib/errors";
import { withAdmin } from "../../lib/kafka/client";
import { probeHttp } from "../engines/engine";
import { brokerNames } from "../engines/kafka-cluster";
import { engineState } from "../processes";
import { readPorts } from "../ports";
import type { Check } from "./check";

/** Long enough for an engine on a busy machine, short enough for one that hangs. */
const timeoutMs = 10_000;
const up = "npx workbench up";

/** Asks each engine something real, through the same addresses as the pipeline. */
export async function checkEngines(
  settings: Settings,
  effects: Pick<Effects, "logger" | "sleep">,
): Promise<Check[]> {
  const { home, aws, kafka } = settings;
  const awsFix = aws.local ? up : "check the credentials, AWS_REGION and the names in .env";
  const kafkaFix = kafka.brokers.every(isLoopback) ? up : "check KAFKA_BROKERS in .env";
  const checks = [
    ask("Kafka", kafka.brokers.join(","), kafkaFix, () => askKafka(settings, effects)),
    ask("S3", aws.endpointUrl ?? aws.region, awsFix, () => askS3(settings)),
    ask("Glue catalog", aws.endpointUrl ?? aws.region, awsFix, () => askGlue(settings)),
    ask("Athena", aws.endpointUrl ?? aws.region, awsFix, () => askAthena(settings)),
    ask("Simulator", settings.simulatorUrl, up, async () => {
      await probeHttp(`${settings.simulatorUrl}/rate_limit`);
      return "answers";
    }),
    ask("JupyterHub", hubUrl(home), up, async () => {
      await probeHttp(`${hubUrl(home)}/hub/login`);
      return "shows its login page";
    }),
  ];
  return [...(await Promise.all(checks)), ...crashed(home)];
}

/** One broker of three, and engines that are started when first needed: a crash is worth telling. */
function crashed(home: string): Check[] {
  const checks = [
    { name: "trino", title: "Trino", again: "the next query starts it again" },
    ...brokerNames.map((name) => ({
      name,
      title: `Kafka's broker ${name}`,
      again: `${up} starts it again`,
    })),
  ];
  return checks
    .filter(({ name }) => engineState(home, name).state === "crashed")
    .map(({ name, title, again }) => ({
      name: title,
      ok: false,
      detail: "it had been started, and its process is gone",
      fix: `npx workbench logs ${name} tells why; ${again}`,
    }));
}

async function ask(
  name: string,
  where: string,
  fix: string,
  question: () => Promise<string>,
): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return { name, ok: true, detail: `${where} ${await Promise.race([question(), late])}` };
  } catch (error) {
    return { name, ok: false, detail: `${where}: ${reasonOf(error)}`, fix };
  } finally {
    clearTimeout(timer);
  }
}

async function askKafka(
  settings: Settings,
  effects: Pick<Effects, "logger" | "sleep">,
): Promise<string> {
  const { brokers } = await withAdmin(settings, effects, (admin) => admin.describeCluster());
  const named = settings.kafka.brokers.length;
  // Named may be some of them, as many as are enough to find the others.
  if (brokers.length < named) {
    throw new Error(`${brokers.length} of the ${named} brokers in KAFKA_BROKERS are there`);
  }
  return `answers, ${brokers.length} broker${brokers.length === 1 ? "" : "s"}`;
}

async function askS3(settings: Settings): Promise<string> {
  const { ListObjectsV2Command, S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client({ ...s3ClientConfig(settings), maxAttempts: 1 });
  const buckets = [settings.raw.bucket, settings.processedBucket];
  try {
    for (const Bucket of buckets) {
      await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    }
  } finally {
    client.destroy();
  }
  return `lists ${buckets.join(" and ")}`;
}

async function askGlue(settings: Settings): Promise<string> {
  const { GetDatabasesCommand, GlueClient } = await import("@aws-sdk/client-glue");
  const client = new GlueClient({ ...awsClientConfig(settings), maxAttempts: 1 });
  try {
    const { DatabaseList = [] } = await client.send(new GetDatabasesCommand({}));
    return `answers, ${DatabaseList.length} database${DatabaseList.length === 1 ? "" : "s"}`;
  } finally {
    client.destroy();
  }
}

async function askAthena(settings: Settings): Promise<string> {
  const { AthenaClient, GetWorkGroupCommand } = await import("@aws-sdk/client-athena");
  const client = new AthenaClient({ ...awsClientConfig(settings), maxAttempts: 1 });
  const WorkGroup = settings.athena.workgroup;
  try {
    await client.send(new GetWorkGroupCommand({ WorkGroup }));
    return `has the workgroup ${WorkGroup}`;
  } finally {
    client.destroy();
  }
}

function hubUrl(home: string): string {
  return `http://127.0.0.1:${readPorts(home)["jupyterhub"] ?? 8888}`;
}

function isLoopback(broker: string): boolean {
  return /^(127\.0\.0\.1|localhost):/.test(broker);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  // fetch says only "fetch failed"; why lies below.
  return cause instanceof Error && describeError(error) === "fetch failed"
    ? describeError(cause)
    : describeError(error);
}
