/**
 * Consumers killed with −9, paused beyond their session and woken, stopped and added at random,
 * with S3 failing meanwhile, while the topic is being filled: at the end every record of the log is
 * in the raw objects or the dead letters, once and byte for byte, and no object ever changed.
 *
 * Each round is aimed at a state of a writer and counts only if the writer was in it when it was hit.
 * LANDING_KILL_ROUNDS=20 is the long form (npm run soak:landing); LANDING_KILL_SEED repeats a run.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Settings } from "../../src/lib/config/settings";
import { Random } from "../../src/local/simulator/random";
import { ConsumerProcess } from "./consumer-process";
import { type FaultProxy, type HeldWrite, randomFaults, startFaultProxy } from "./fault-proxy";
import { Load } from "./landing-load";
import {
  formatTable,
  landingSettings,
  Outlook,
  rawPath,
  reached,
  verifyLanding,
} from "./landing-support";

const rounds = Number(process.env["LANDING_KILL_ROUNDS"] ?? 3);
const seed = Number(process.env["LANDING_KILL_SEED"] ?? Date.now() % 100_000);
const isLong = rounds > 3;
const random = new Random(seed);
/** kafkajs' session time-out, as the consumer sets it, and some. */
const sessionMs = 20_000;
const settleMs = sessionMs + 70_000;
const aimMs = 20_000;

type State = "buffering" | "uploading" | "uploaded";
type Action = "kill" | "pause" | "join" | "stop";

/** A writer that was met in the state wanted. */
interface Hit {
  partition: number;
  /** How it was kept or met there. */
  by: string;
  held?: HeldWrite;
}

const states: readonly State[] = ["buffering", "uploading", "uploaded"];
let settings: Settings;
let outlook: Outlook;
let load: Load;
let started = 0;
const living: ConsumerProcess[] = [];
const proxies: FaultProxy[] = [];
const table: Record<string, string | number>[] = [];

beforeAll(async () => {
  settings = landingSettings("kill", { maxMessages: 120, maxBytes: 100_000, maxAgeMs: 2000 });
  outlook = await Outlook.open(settings);
  await outlook.makeTopics();
  load = await Load.connect(settings, { seed, partitions: 6, messagesPerSecond: 250 });
});
afterAll(async () => {
  for (const consumer of living) {
    consumer.signal("SIGCONT");
    consumer.signal("SIGKILL");
  }
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await load.stop();
  await outlook.close();
});

it(`loses nothing and doubles nothing in ${rounds} rounds`, { timeout: 3_600_000 }, async () => {
  load.start();
  await Promise.all([startConsumer(), startConsumer(), startConsumer()]);
  await fillUp();
  try {
    let counted = 0;
    for (const [action, state] of schedule()) {
      let hit = false;
      for (let attempt = 1; !hit; attempt += 1) {
        expect(attempt, `no ${state} writer was met\n${tails()}`).toBeLessThan(6);
        hit = await playRound(counted + 1, action, state);
      }
      counted += 1;
    }
    expect(counted).toBe(rounds);
  } finally {
    const title = `landing-kill, seed ${seed}: ${load.sent} messages sent, ${started} consumers\n`;
    process.stdout.write(`\n${title}${formatTable(table)}`);
  }
  await finish();
  const verdict = await verifyLanding(settings);
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
  expect(verdict.problems, JSON.stringify(verdict.places, null, 1)).toEqual({});
  expect(verdict).toMatchObject({ records: load.sent, lag: 0 });
  expect(verdict.lines + verdict.dead_letters).toBe(load.sent);
});

/** What is done, and to a writer in which state; each state as often as the others. */
function schedule(): [Action, State][] {
  if (!isLong) return states.map((state): [Action, State] => ["kill", state]);
  const weighted: [Action, number][] = [
    ["kill", 5],
    ["pause", 2],
    ["join", 2],
    ["stop", 2],
  ];
  const plan = weighted.flatMap(([action, times]) =>
    Array.from({ length: times }, (): Action => action),
  );
  return Array.from({ length: rounds }, (_, round): [Action, State] => [
    plan[round % plan.length] ?? "kill",
    states[round % states.length] ?? "buffering",
  ])
    .map((item) => ({ item, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

/** One attempt at a round; false where the writer was not in that state when it was hit. */
async function playRound(round: number, action: Action, state: State): Promise<boolean> {
  const startedMs = Date.now();
  const faultsBefore = countFaults();
  // The dead hold up the group until their sessions end: the short form does not wait for that.
  if (isLong || living.length === 0) await fillUp();
  const share = isLong ? random.pick([0.05, 0.15, 0.4]) : 0.1;
  for (const proxy of proxies) proxy.script = randomFaults(random, share);
  const members = living.length;
  const victim = random.pick(living);
  const hit = await aim(victim, state, action);
  const counts = hit !== undefined && (await act(action, victim, hit, state));
  expectAlive();
  const objects = await outlook.noteObjects();
  const row = {
    round: counts ? round : `(${round})`,
    action,
    state: counts ? state : `missed ${state}`,
    by: hit?.by ?? "",
    partition: hit?.partition ?? "",
    faults: `${countFaults() - faultsBefore} at ${share}`,
    consumers: `${members} → ${living.length}`,
    objects,
    seconds: Math.round((Date.now() - startedMs) / 1000),
  };
  table.push(row);
  if (isLong) process.stderr.write(`${Object.values(row).join("  ")}\n`);
  return counts;
}

/** Waits until a writer of the consumer is in a state, and keeps it there where that can be done. */
async function aim(
  victim: ConsumerProcess,
  state: State,
  action: Action,
): Promise<Hit | undefined> {
  if (state === "uploading") return holdOne(victim, "request");
  const byLog = state === "buffering" || (action === "kill" && isLong && random.chance(0.5));
  if (!byLog) return holdOne(victim, "answer");
  for (const endMs = Date.now() + aimMs; Date.now() < endMs;) {
    const partition = await nextInState(victim, state, action);
    if (partition === undefined) return undefined;
    if (state === "buffering") await sleep(random.below(400));
    const hit: Hit = { partition, by: "its log" };
    if (state !== "buffering" || isIn(victim, hit, state)) return hit;
  }
  return undefined;
}

/** The next partition whose writer logs the state; an instant is all it lasts for `uploaded`. */
async function nextInState(
  victim: ConsumerProcess,
  state: State,
  action: Action,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const timeUp = setTimeout(() => resolve(undefined), aimMs);
    victim.onState = (partition, now) => {
      if (now !== state) return;
      if (action === "kill" && state === "uploaded") victim.signal("SIGKILL");
      victim.onState = () => undefined;
      clearTimeout(timeUp);
      resolve(partition);
    };
  });
}

async function holdOne(
  victim: ConsumerProcess,
  point: "request" | "answer",
): Promise<Hit | undefined> {
  const held = await victim.proxy.holdNext(point, aimMs);
  if (held === undefined) return undefined;
  const partition = Number(/\+(\d+)\+\d{20}\./.exec(held.path)?.[1]);
  return { partition, held, by: point === "request" ? "PUT held" : "answer held" };
}

/** Whether the writer is in the state, now that its log has been read. */
function isIn(victim: ConsumerProcess, { partition, held }: Hit, state: State): boolean {
  const track = victim.writers.get(partition);
  if (state === "buffering") return track?.buffering === true && track.upload === "none";
  if (held !== undefined) return track?.upload === "uploading";
  return track?.upload === state;
}

function act(action: Action, victim: ConsumerProcess, hit: Hit, state: State): Promise<boolean> {
  switch (action) {
    case "kill":
      return kill(victim, hit, state);
    case "pause":
      return pause(victim, hit, state);
    case "join":
      return join(victim, hit, state);
    case "stop":
      return stop(victim, hit, state);
  }
}

/** Its last upload may reach S3 after its death: at once, or when another has the partition. */
async function kill(victim: ConsumerProcess, hit: Hit, state: State): Promise<boolean> {
  victim.signal("SIGKILL");
  await victim.ended;
  forget(victim);
  let counts = isIn(victim, hit, state);
  if (state === "uploaded") counts &&= await outlook.isUncommitted(hit.partition);
  const fate = random.pick(["lost", "at once", "late"]);
  if (hit.held !== undefined) hit.by += `, then ${fate}`;
  if (fate === "late" && isLong) await outlook.settled(living.length, settleMs);
  if (fate === "lost") hit.held?.drop();
  else hit.held?.release();
  return counts;
}

/** Stopped until the others have its partitions, then woken, with a stale buffer in its hands. */
async function pause(victim: ConsumerProcess, hit: Hit, state: State): Promise<boolean> {
  victim.signal("SIGSTOP");
  await sleep(100);
  let counts = isIn(victim, hit, state);
  if (state === "uploaded") counts &&= await outlook.isUncommitted(hit.partition);
  const others = living.length - 1;
  const committed = (await outlook.committed()).get(hit.partition) ?? -1;
  expect(await outlook.settled(others, settleMs), tails()).toBe(true);
  // The others have gone on from where it stood.
  const goneOn = await reached(settleMs, async () => {
    return ((await outlook.committed()).get(hit.partition) ?? -1) > committed;
  });
  expect(goneOn, `nobody went on with partition ${hit.partition}\n${tails()}`).toBe(true);
  const early = random.chance(0.5);
  if (early) hit.held?.release();
  await sleep(random.below(500));
  victim.signal("SIGCONT");
  if (!early) hit.held?.release();
  expect(await outlook.settled(others + 1, settleMs), tails()).toBe(true);
  return counts;
}

async function join(victim: ConsumerProcess, hit: Hit, state: State): Promise<boolean> {
  const members = living.length;
  await startConsumer();
  const moving = await reached(settleMs, async () => (await outlook.memberIds()).length > members);
  expect(moving, tails()).toBe(true);
  // What is held stays as it is; a buffer has to be looked at now.
  const counts = isIn(victim, hit, state);
  await outlook.settled(members + 1, settleMs);
  hit.held?.release();
  return counts;
}

/** Asked to stop, it writes what it holds, commits, and leaves. */
async function stop(victim: ConsumerProcess, hit: Hit, state: State): Promise<boolean> {
  victim.signal("SIGTERM");
  const counts = isIn(victim, hit, state);
  await sleep(random.below(2000));
  hit.held?.release();
  const releasedMs = Date.now();
  const outcome = await victim.endWithin(45_000);
  expect(outcome, `after SIGTERM\n${victim.tail}`).toBe(0);
  hit.by += `, ended in ${((Date.now() - releasedMs) / 1000).toFixed(1)} s`;
  forget(victim);
  return counts;
}

async function startConsumer(): Promise<void> {
  started += 1;
  const proxy = await startFaultProxy(settings.aws.endpointUrl ?? "", rawPath(settings));
  proxies.push(proxy);
  living.push(new ConsumerProcess(`consumer ${started}`, settings, proxy));
}

/** Two or three consumers again, none of the dead among the group's members. */
async function fillUp(): Promise<void> {
  const wanted = Math.max(living.length, random.pick([2, 3]));
  const known = await outlook.memberIds();
  const newcomers = wanted - living.length;
  while (living.length < wanted) await startConsumer();
  const settled = await reached(settleMs, async () => {
    const ids = await outlook.memberIds();
    const fresh = ids.filter((id) => !known.includes(id)).length;
    return fresh >= newcomers && (await outlook.settled(wanted, 1000));
  });
  expect(settled, tails()).toBe(true);
}

/** One consumer, with nothing in its way, reads what the others have left. */
async function finish(): Promise<void> {
  await load.stop();
  for (const proxy of proxies) proxy.script = () => undefined;
  for (const consumer of living) consumer.signal("SIGTERM");
  const outcomes = await Promise.all(living.map((consumer) => consumer.endWithin(60_000)));
  expect(
    outcomes.filter((outcome) => outcome !== 0),
    tails(),
  ).toEqual([]);
  living.length = 0;
  const proxy = await startFaultProxy(settings.aws.endpointUrl ?? "", rawPath(settings));
  proxies.push(proxy);
  // With other limits: an object's end is not what the next one's name rests on.
  const rotation = { maxMessages: 5000, maxBytes: 10_000_000, maxAgeMs: 3000 };
  const last = new ConsumerProcess("the last", { ...settings, rotation }, proxy, "caught-up");
  living.push(last);
  expect(await last.endWithin(300_000), last.tail).toBe(0);
  await outlook.noteObjects();
}

/** None has ended but those that were made to. */
function expectAlive(): void {
  const dead = living.filter((consumer) => consumer.hasEnded);
  expect(dead.map((consumer) => consumer.tail)).toEqual([]);
}

function forget(consumer: ConsumerProcess): void {
  living.splice(living.indexOf(consumer), 1);
}

function countFaults(): number {
  return proxies.reduce(
    (sum, { met }) => sum + [...met.values()].reduce((all, times) => all + times, 0),
    0,
  );
}

function tails(): string {
  return living.map(({ tail }) => tail.split("\n").slice(-60).join("\n")).join("\n\n");
}
