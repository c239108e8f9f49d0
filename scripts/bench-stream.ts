/**
 * Producing and landing side by side with kafka-python and confluent-kafka, on one broker and one S3
 * endpoint, which it starts and stops: the same events, codec, acknowledgements and rotation. What
 * each run stored is counted; a message too few or too many fails the bench.
 *
 *   npm run bench:stream
 *   npm run bench:stream -- --events 20000 --rounds 1 --json
 *   npm run bench:stream -- --clients workbench --ways produce
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadSettings } from "../src/lib/config/load";
import type { Settings } from "../src/lib/config/settings";
import { systemEffects } from "../src/lib/effects";
import { gzipLevel } from "../src/lib/kafka/compression";
import { ensureTopic } from "../src/lib/kafka/topic";
import { countLanded, countMessages } from "./bench/check-stored";
import { type ClientName, clientNames, runClient } from "./bench/clients";
import { type BenchEngines, runBench } from "./bench/engines";
import { writeEvents } from "./bench/events";
import type { Job, Outcome } from "./bench/job";
import { formatStandings, type Standing, standings } from "./bench/table";

const ways = ["produce", "consume"] as const;
type Way = (typeof ways)[number];
type Outcomes = ReadonlyMap<ClientName, Outcome[]>;

/** How hard gzip tries for raw objects, as in src/lib/landing. */
const objectGzipLevel = 1;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "100000" },
    "warm-up": { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
    clients: { type: "string", default: clientNames.join(",") },
    ways: { type: "string", default: ways.join(",") },
    json: { type: "boolean", default: false },
  },
});
const events = Number(values.events);
const warmUp = Number(values["warm-up"]);
const rounds = Number(values.rounds);
const clients = clientNames.filter((name) => values.clients.split(",").includes(name));

async function bench(engines: BenchEngines): Promise<void> {
  const files = { run: join(engines.home, "events"), warm: join(engines.home, "warm-up") };
  const fileBytes = await writeEvents(files.run, events, 1);
  await writeEvents(files.warm, warmUp, 2);
  const outcomes: Record<Way, Outcomes> = {
    produce: new Map(clients.map((name) => [name, []])),
    consume: new Map(clients.map((name) => [name, []])),
  };
  const wanted = ways.filter((way) => values.ways.split(",").includes(way));
  if (wanted.includes("consume")) {
    await produceRound(engines, files, "workbench", "source");
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const way of wanted) {
      for (const name of inTurn(clients, round)) {
        const run = way === "produce" ? produceRound : consumeRound;
        const outcome = await run(engines, files, name, `${round}`);
        outcomes[way].get(name)?.push(outcome);
        const rate = Math.round(outcome.messages / outcome.seconds);
        process.stderr.write(`round ${round}: ${name} ${way}: ${rate} messages/s\n`);
      }
    }
  }
  const mbPerMessage = fileBytes / events / 1e6;
  const result: Partial<Record<Way, Standing[]>> = {};
  for (const way of wanted) result[way] = standings(outcomes[way], mbPerMessage);
  if (values.json) {
    const about = { events, rounds, bytes_per_event: Math.round(fileBytes / events) };
    process.stdout.write(`${JSON.stringify({ ...about, ...result }, null, 2)}\n`);
  } else {
    for (const [way, rows] of Object.entries(result)) {
      process.stdout.write(`${formatStandings(way, rows)}\n\n`);
    }
  }
}

/** Each round begins with another client, so that none is always first after the engines rested. */
function inTurn<T>(items: readonly T[], round: number): T[] {
  const first = (round - 1) % Math.max(1, items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}

function datasetOf(client: string, round: string, part: "warm" | "run"): string {
  return `bench${client.replaceAll(/\W/g, "")}${round}${part}`;
}

function settingsOf({ env }: BenchEngines, dataset: string): Settings {
  return loadSettings({ env, dataset });
}

async function produceRound(
  engines: BenchEngines,
  files: Readonly<Record<"run" | "warm", string>>,
  client: ClientName,
  round: string,
): Promise<Outcome> {
  const step = async (part: "run" | "warm"): Promise<{ settings: Settings; events: number }> => {
    const settings = settingsOf(engines, datasetOf(client, round, part));
    await ensureTopic(settings, systemEffects());
    return { settings, events: part === "run" ? events : warmUp };
  };
  const [warm, run] = [await step("warm"), await step("run")];
  const job: Job = {
    action: "produce",
    brokers: run.settings.kafka.brokers.join(","),
    gzipLevel,
    runs: [
      { ...named(warm.settings), file: files.warm, events: warmUp },
      { ...named(run.settings), file: files.run, events },
    ],
  };
  const outcome = await runClient(client, job, engines.home, engines.env);
  expectAll(`${client} produced`, outcome.messages, events);
  expectAll(`the topic of ${client}`, await countMessages(run.settings), events);
  return outcome;
}

async function consumeRound(
  engines: BenchEngines,
  _files: unknown,
  client: ClientName,
  round: string,
): Promise<Outcome> {
  const warm = settingsOf(engines, datasetOf("workbench", "source", "warm"));
  const run = settingsOf(engines, datasetOf("workbench", "source", "run"));
  const prefixOf = (part: string): string => `bench/${client}/${round}/${part}/`;
  const job: Job = {
    action: "consume",
    brokers: run.kafka.brokers.join(","),
    gzipLevel: objectGzipLevel,
    group: `bench-${client}-${round}`,
    bucket: run.raw.bucket,
    endpoint: run.aws.endpointUrl ?? "",
    rotateMessages: run.rotation.maxMessages,
    rotateBytes: run.rotation.maxBytes,
    runs: [
      { ...named(warm), prefix: prefixOf("warm"), events: warmUp },
      { ...named(run), prefix: prefixOf("run"), events },
    ],
  };
  const outcome = await runClient(client, job, engines.home, engines.env);
  expectAll(`${client} landed`, outcome.messages, events);
  expectAll(`the objects of ${client}`, await countLanded(run, prefixOf("run")), events);
  return outcome;
}

function named({ dataset, kafka }: Settings): { dataset: string; topic: string } {
  return { dataset, topic: kafka.topic };
}

function expectAll(what: string, found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${what}: ${found} messages, not ${wanted}`);
}

void runBench(bench);
