import { s3ClientConfig } from "./aws";
import { runQuery } from "./athena/query";
import type { Settings } from "./config/settings";
import { type Effects, throwIfAborted } from "./effects";
import { toWorkbenchError, WorkbenchError } from "./errors";
import { databaseHasTables } from "./glue/catalog";
import { fetchLags } from "./kafka/lag";

/** How one service answers. */
export interface ServiceCheck {
  service: string;
  state: "ok" | "empty" | "not reached";
  /** What it holds, or what it said. */
  detail: string;
  /** What mends it, or brings data; empty where nothing is to be done. */
  next: string;
}

/** How all of them answer: `display(checks)` shows a table. */
export interface ServiceChecks {
  columns: readonly { name: string }[];
  rows: readonly (ServiceCheck & Record<string, unknown>)[];
  summary: string;
  /** Whether every service was reached. */
  reached: boolean;
}

type Answer = Pick<ServiceCheck, "state" | "detail" | "next">;

/** Longer than this nobody waits for an answer. */
const patienceMs = 10_000;

/**
 * Asks each service of the settings in force whether it answers, and whether the dataset has
 * anything in it yet. A service that is away is part of the answer, no error.
 *
 * @throws {@link WorkbenchError} code ABORTED alone
 */
export async function checkServices(settings: Settings, effects: Effects): Promise<ServiceChecks> {
  const probes: readonly (readonly [service: string, ask: () => Promise<Answer>])[] = [
    ["Kafka", () => askKafka(settings, effects)],
    ["S3, raw objects", () => askS3(settings)],
    ["Catalog, tables", () => askCatalog(settings, effects)],
    ["Athena, SQL", () => askAthena(settings, effects)],
  ];
  const rows = await Promise.all(
    probes.map(async ([service, ask]) => ({ service, ...(await answerOf(ask, effects)) })),
  );
  throwIfAborted(effects.signal);
  const away = rows.filter(({ state }) => state === "not reached").length;
  return {
    columns: ["service", "state", "detail", "next"].map((name) => ({ name })),
    rows,
    summary: away === 0 ? "every service answers" : `${away} of ${rows.length} do not answer`,
    reached: away === 0,
  };
}

async function answerOf(ask: () => Promise<Answer>, effects: Effects): Promise<Answer> {
  const enough = new AbortController();
  const late = effects.sleep(patienceMs, enough.signal).then(() => {
    throw new WorkbenchError("ENGINE", `no answer within ${patienceMs / 1000} s`, {
      hint: "npx workbench status",
    });
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([ask(), late]);
  } catch (error) {
    const { message, hint } = toWorkbenchError(error);
    return { state: "not reached", detail: message, next: hint ?? "npx workbench doctor" };
  } finally {
    enough.abort();
  }
}

async function askKafka(settings: Settings, effects: Effects): Promise<Answer> {
  const { topic, group } = settings.kafka;
  const [lag] = await fetchLags(settings, effects, [{ topic, group: `${group}-s3` }]);
  if (lag === undefined) {
    return { state: "empty", detail: `no topic ${topic} yet`, next: "npx workbench produce" };
  }
  const messages = lag.partitions.reduce((sum, { end }) => sum + end, 0);
  const waiting = lag.lag > 0 ? `, ${lag.lag.toLocaleString("en-US")} of them not in S3 yet` : "";
  return {
    state: messages === 0 ? "empty" : "ok",
    detail: `topic ${topic}, ${messages.toLocaleString("en-US")} messages so far${waiting}`,
    next: lag.lag > 0 ? "npx workbench consume" : messages === 0 ? "npx workbench produce" : "",
  };
}

async function askS3(settings: Settings): Promise<Answer> {
  const { S3Client, ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const client = new S3Client({ ...s3ClientConfig(settings), maxAttempts: 1 });
  const { bucket, prefix } = settings.raw;
  try {
    const request = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 });
    const { KeyCount = 0 } = await client.send(request);
    const place = `s3://${bucket}/${prefix}`;
    return KeyCount > 0
      ? { state: "ok", detail: place, next: "" }
      : { state: "empty", detail: `${place} holds nothing yet`, next: "npx workbench consume" };
  } finally {
    client.destroy();
  }
}

async function askCatalog(settings: Settings, effects: Effects): Promise<Answer> {
  const { database } = settings.glue;
  return (await databaseHasTables(settings, effects))
    ? { state: "ok", detail: `database ${database}`, next: "" }
    : { state: "empty", detail: `no tables in ${database} yet`, next: "npx workbench etl" };
}

async function askAthena(settings: Settings, effects: Effects): Promise<Answer> {
  const { engineMs } = await runQuery(settings, "SELECT 1 AS one", {}, effects);
  const detail = `workgroup ${settings.athena.workgroup}, answered in ${engineMs} ms`;
  return { state: "ok", detail, next: "" };
}
