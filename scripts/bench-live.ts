/**
 * What the live windows take: memory an event at the pace of GitHub's firehose, and time a message.
 * Everything in one process and in virtual time: no Kafka.
 *
 *   npm run bench:live
 *   npm run bench:live -- --rate 260 --horizon 10m --for 40m
 */
import { parseArgs } from "node:util";
import { parseDurationMs } from "../src/lib/duration";
import type { EventMessage } from "../src/lib/events/message";
import { toMessage } from "../src/lib/events/message";
import { parseEvent } from "../src/lib/events/parse-event";
import { parseMessage } from "../src/lib/events/parse-message";
import { LiveBoard } from "../src/lib/live/board";
import { WindowedAggregates } from "../src/lib/live/windowed-aggregates";
import { Firehose } from "../src/local/simulator/firehose";
import { firehoseDefaults } from "../src/local/simulator/options";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "120" },
    horizon: { type: "string", default: "10m" },
    for: { type: "string", default: "20m" },
    partitions: { type: "string", default: "6" },
  },
});

/** As many events as the API shows at once. */
const listed = 300;
const startMs = Date.UTC(2026, 0, 31);

/** Messages as they come from Kafka: text, read anew for each trial. */
function* firehoseTexts(rate: number, forMs: number): Generator<{ text: string; nowMs: number }> {
  const firehose = new Firehose({ ...firehoseDefaults, rate }, startMs);
  for (let nowMs = startMs; nowMs < startMs + forMs; nowMs += (listed * 1000) / rate) {
    for (const event of [...firehose.list(nowMs).slice(0, listed)].reverse()) {
      const message = toMessage(parseEvent(JSON.parse(event)), "simulator", nowMs);
      yield { text: JSON.stringify(message), nowMs };
    }
  }
}

/** Every event of a repository and a user of its own: as many rows as there can be. */
function spread(message: EventMessage, index: number): EventMessage {
  return { ...message, repo: `octo-${index}/repository-${index}`, user: `octo-user-${index}` };
}

function heapBytes(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

type Change = (message: EventMessage, index: number) => EventMessage;

/** Runs the firehose through the windows, and through a board too where there is one. */
function trial(name: string, change: Change, board?: LiveBoard): void {
  const [rate, partitions] = [Number(values.rate), Number(values.partitions)];
  const clock = { nowMs: startMs };
  const before = heapBytes();
  const aggregates = new WindowedAggregates(
    { horizonMs: parseDurationMs(values.horizon, "--horizon") },
    { now: () => clock.nowMs, waited: () => clock.nowMs - startMs },
  );
  for (let partition = 0; partition < partitions; partition += 1) {
    aggregates.addPartition(partition, false);
  }
  const spent = { takeMs: 0, advanceMs: 0, advances: 0, messages: 0 };
  let advancedMs = startMs;
  for (const { text, nowMs } of firehoseTexts(rate, parseDurationMs(values.for, "--for"))) {
    clock.nowMs = nowMs;
    const { message } = parseMessage(text);
    if (message === undefined) throw new Error(`no message: ${text}`);
    const changed = change(message, spent.messages);
    const offset = BigInt(spent.messages);
    const startedMs = performance.now();
    aggregates.take(changed, { partition: message.repo_id % partitions, offset });
    spent.takeMs += performance.now() - startedMs;
    spent.messages += 1;
    if (nowMs - advancedMs < 500) continue;
    advancedMs = nowMs;
    const beginMs = performance.now();
    for (const update of aggregates.advance()) board?.take(update);
    spent.advanceMs += performance.now() - beginMs;
    spent.advances += 1;
  }
  const heap = heapBytes() - before;
  const { stats } = aggregates;
  const figures = {
    trial: name,
    messages: spent.messages,
    events_kept: stats.events_kept,
    windows_kept: stats.windows_kept,
    too_late: stats.too_late,
    heap_mb: round(heap / 1e6),
    bytes_an_event: Math.round(heap / stats.events_kept),
    take_microseconds: round((spent.takeMs / spent.messages) * 1000),
    advance_ms: round(spent.advanceMs / spent.advances),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const same: Change = (message) => message;
if (globalThis.gc === undefined) throw new Error("run it by npm run bench:live, with --expose-gc");
trial("first run, to warm up", same);
trial("windows", same);
trial("windows and a board", same, new LiveBoard());
trial("windows, each event of its own repository and user", spread);
