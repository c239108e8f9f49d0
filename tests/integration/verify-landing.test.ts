/**
 * The verifier of the landing tests, over a landing that is sound and over the same one broken in
 * every way there is: each object in its own way, and each is named for what was done to it.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { s3ClientConfig } from "../../src/lib/aws";
import type { Settings } from "../../src/lib/config/settings";
import { consume } from "../../src/lib/consume";
import { systemEffects } from "../../src/lib/effects";
import { Load, plainKafka } from "./landing-load";
import { landingSettings, Outlook, type Verdict, verifyLanding } from "./landing-support";

interface Stored {
  key: string;
  body: Buffer;
  metadata: Record<string, string>;
}

/** One way to break an object. */
interface Harm {
  what: string;
  harm: (stored: Stored) => Promise<unknown>;
  /** What is to be said of it. */
  problem: string;
  /** What the place that is named begins with; default: the key. */
  at?: (stored: Stored) => string;
}

const lost = "an offset that was lost";
const twice = "an offset that is there twice";
const notWhole = "an object that is not whole";
const otherBytes = "a line that is not the record's bytes";
const otherContent = "metadata that does not fit the content";
const harms: readonly Harm[] = [
  { what: "an object deleted", harm: ({ key }) => remove(key), problem: lost, at: firstLine },
  { what: "an object copied", harm: copyToAnotherHour, problem: "objects that overlap" },
  { what: "each line twice by a copy", harm: copyToAnotherHour, problem: twice, at: firstLine },
  { what: "a byte changed", harm: rewrite(swapDigit), problem: otherBytes, at: firstLine },
  { what: "a line left out", harm: rewrite(dropLine), problem: lost, at: firstLine },
  { what: "a line repeated", harm: rewrite(repeatLine), problem: twice, at: firstLine },
  { what: "lines turned over", harm: rewrite(turnOver), problem: "a line out of its place" },
  { what: "a last line cut", harm: rewrite((text) => text.slice(0, -1)), problem: notWhole },
  { what: "half an object", harm: cutInHalf, problem: notWhole },
  {
    what: "a last offset past its end",
    harm: (stored) =>
      say("last-offset", String(Number(stored.metadata["last-offset"]) + 1))(stored),
    problem: "objects that overlap",
    at: (stored) => nextOf(stored.key),
  },
  {
    what: "another first offset",
    harm: say("first-offset", "1234"),
    problem: "metadata that does not fit the name",
  },
  { what: "another first id", harm: say("first-message-id", "x"), problem: otherContent },
  { what: "another count", harm: say("messages", "77777"), problem: otherContent },
  {
    what: "a stray object",
    harm: (stored) => put({ ...stored, key: `${settings.raw.prefix}stray.txt` }),
    problem: "an object of another name",
    at: () => "stray.txt",
  },
];

let settings: Settings;
let client: S3Client;
/** By partition and offset. */
let keys: string[];
let sound: Verdict;
let broken: Verdict;
const before = new Map<Harm, Stored>();

beforeAll(async () => {
  settings = landingSettings("verify", { maxMessages: 20, maxBytes: 1e9, maxAgeMs: 60_000 });
  const outlook = await Outlook.open(settings);
  await outlook.makeTopics();
  await outlook.close();
  const options = { seed: 11, partitions: 6, messagesPerSecond: 0, unreadable: 0.1 };
  const load = await Load.connect(settings, options);
  await load.send(800);
  await consume(settings, {}, systemEffects());
  client = new S3Client(s3ClientConfig(settings));
  keys = await listKeys();
  sound = await verifyLanding(settings);
  for (const [index, harm] of harms.entries()) {
    // Every second one: what is done to one may show in the next.
    const stored = await get(keys[index * 2] ?? "");
    before.set(harm, stored);
    await harm.harm(stored);
  }
  // The last object of all gone: what is committed is then not landed.
  await remove(keys.at(-1) ?? "");
  await sendLetters("1", "999999");
  await load.send(50);
  await load.stop();
  broken = await verifyLanding(settings);
});
afterAll(() => client.destroy());

it("finds nothing where all is well", () => {
  expect(sound.problems, JSON.stringify(sound.places)).toEqual({});
  expect(sound).toMatchObject({ records: 800, lag: 0, repeated_letters: 0 });
  expect(sound.lines + sound.dead_letters).toBe(800);
  expect(sound.dead_letters).toBeGreaterThan(20);
  expect(keys.length).toBeGreaterThan(harms.length * 2);
});

it.each(harms.map((harm): [string, Harm] => [harm.what, harm]))("sees %s", (_what, harm) => {
  const stored = before.get(harm);
  if (stored === undefined) throw new Error("nothing was done");
  const place = (harm.at ?? (({ key }): string => nameOf(key)))(stored);
  const found = (broken.places[harm.problem] ?? []).filter((text) => text.includes(place));
  expect(found, JSON.stringify(broken.places)).not.toEqual([]);
});

it("sees a copy in another hour than its first record", () => {
  expect(broken.problems["an object in another hour than its first record"]).toBe(2);
});

it("sees a commit past what is landed, and tells the lag", () => {
  expect(broken.problems["a commit past what is landed"]).toBe(1);
  expect(broken.lag).toBe(50);
});

it("sees dead letters that are not the records'", () => {
  expect(broken.problems).toMatchObject({
    "a dead letter's value is not the record's": 1,
    "a dead letter's key is not the record's": 1,
    "a dead letter of no record": 1,
  });
});

async function listKeys(): Promise<string[]> {
  const { bucket: Bucket, prefix } = settings.raw;
  const Prefix = `${prefix}ingest_date=`;
  const listing = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
  const found = listing.Contents?.map(({ Key = "" }) => Key) ?? [];
  return found.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

async function get(key: string): Promise<Stored> {
  const answer = await client.send(new GetObjectCommand({ Bucket: settings.raw.bucket, Key: key }));
  const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  return { key, body: Buffer.from(bytes), metadata: answer.Metadata ?? {} };
}

async function put({ key, body, metadata }: Stored): Promise<void> {
  const { bucket: Bucket } = settings.raw;
  await client.send(new PutObjectCommand({ Bucket, Key: key, Body: body, Metadata: metadata }));
}

async function remove(key: string): Promise<void> {
  await client.send(new DeleteObjectCommand({ Bucket: settings.raw.bucket, Key: key }));
}

async function copyToAnotherHour({ key }: Stored): Promise<void> {
  const { bucket: Bucket } = settings.raw;
  const CopySource = `${Bucket}/${encodeURI(key)}`;
  const day = key.replace(/ingest_date=[\d-]+/, "ingest_date=2001-01-01");
  await client.send(new CopyObjectCommand({ Bucket, Key: day, CopySource }));
}

async function cutInHalf(stored: Stored): Promise<void> {
  await put({ ...stored, body: stored.body.subarray(0, stored.body.length >> 1) });
}

function say(name: string, value: string): Harm["harm"] {
  return (stored) => put({ ...stored, metadata: { ...stored.metadata, [name]: value } });
}

function rewrite(change: (text: string) => string): Harm["harm"] {
  return (stored) => {
    const text = change(gunzipSync(stored.body).toString());
    const messages = String(text.split("\n").length - 1);
    return put({ ...stored, body: gzipSync(text), metadata: { ...stored.metadata, messages } });
  };
}

async function sendLetters(...offsets: string[]): Promise<void> {
  const { topic } = settings.kafka;
  const producer = plainKafka(settings).producer();
  await producer.connect();
  const headers = { topic, partition: "0", reason: "none" };
  await producer.send({
    topic: `${topic}.dead-letter`,
    messages: offsets.map((offset) => ({ value: "another", headers: { ...headers, offset } })),
  });
  await producer.disconnect();
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

function nextOf(key: string): string {
  return nameOf(keys[keys.indexOf(key) + 1] ?? "");
}

/** The place of an object's first line, as the verifier writes it. */
function firstLine({ body }: Stored): string {
  const found = /"_partition":(\d+),"_offset":(\d+)\}\n/.exec(gunzipSync(body).toString());
  return `${found?.[1] ?? ""}:${found?.[2] ?? ""}`;
}

function swapDigit(text: string): string {
  return text.replace(/"user_id":1,/, '"user_id":2,');
}

function dropLine(text: string): string {
  return text.slice(text.indexOf("\n") + 1);
}

function repeatLine(text: string): string {
  return text.slice(0, text.indexOf("\n") + 1) + text;
}

function turnOver(text: string): string {
  return `${text.split("\n").slice(0, -1).reverse().join("\n")}\n`;
}
