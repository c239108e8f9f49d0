import { describe, expect, it } from "vitest";
import { eventKey } from "../../../src/lib/events/event";
import { parseEvent } from "../../../src/lib/events/parse-event";
import { seededRandom } from "../../../src/local/simulator/block";
import { Firehose } from "../../../src/local/simulator/firehose";
import type { SimulatedEvent } from "../../../src/local/simulator/generator";
import { type ApiOptions, firehoseDefaults } from "../../../src/local/simulator/options";

const startMs = Date.parse("2026-11-24T12:00:00Z");

function firehose(options: Partial<ApiOptions> = {}): Firehose {
  return new Firehose({ ...firehoseDefaults, ...options }, startMs);
}

function eventsAt(feed: Firehose, nowMs: number, from = 0, end = 300): SimulatedEvent[] {
  const texts = feed.list(nowMs).slice(from, end);
  return texts.map((text) => JSON.parse(text) as SimulatedEvent);
}

const keyOf = ({ type, id }: { type: string; id: string }): string => `${type}:${id}`;

/** What polls of some positions see in a minute at 100 events a second, in order of first sight. */
function poll(from: number, end: number, everyMs: number): Map<string, SimulatedEvent> {
  const feed = firehose({ rate: 100 });
  const seen = new Map<string, SimulatedEvent>();
  for (let ms = everyMs; ms <= 60_000; ms += everyMs) {
    for (const event of eventsAt(feed, startMs + ms, from, end)) {
      if (!seen.has(keyOf(event))) seen.set(keyOf(event), event);
    }
  }
  return seen;
}

const minute = poll(0, 300, 1000);
const truth = [...firehose({ rate: 100 }).keys(startMs, startMs + 60_000)];

/** Each event of the minute that polls saw, in the order in which they began to show. */
const shown = truth.flatMap((key) => minute.get(key) ?? []);

describe("Firehose", () => {
  it("gives the same events for the same seed and start, and others for another", () => {
    const texts = firehose()
      .list(startMs + 5000)
      .slice(0, 300);
    expect(
      firehose()
        .list(startMs + 5000)
        .slice(0, 300),
    ).toEqual(texts);
    expect(
      firehose({ seed: 2 })
        .list(startMs + 5000)
        .slice(0, 300),
    ).not.toEqual(texts);
  });

  it("runs at its rate, and tells the truth of any span", () => {
    const feed = firehose({ rate: 120 });
    const { events, byType } = feed.count(startMs, startMs + 600_000);
    expect(events).toBe(72_000);
    expect(byType["PushEvent"]).toBe(72 * 620);
    const span = [startMs + 10_500, startMs + 20_250] as const;
    const keys = [...feed.keys(...span)];
    expect(keys).toHaveLength(1170);
    const pushes = keys.filter((key) => key.startsWith("PushEvent:"));
    expect(feed.count(...span).events).toBe(1170);
    expect(feed.count(...span).byType["PushEvent"]).toBe(pushes.length);
  });

  it("shows every event while it is among the newest 300, on whichever page", () => {
    expect(truth).toHaveLength(6000);
    expect(new Set(truth).size).toBe(6000);
    expect(shown).toHaveLength(6000);
    expect(eventsAt(firehose(), startMs)).toHaveLength(300);
  });

  it("has next to nothing but pushes on the first page, and the mix on those after it", () => {
    const events = eventsAt(firehose(), startMs + 60_000);
    const pushes = (from: number): number =>
      events.slice(from, from + 100).filter(({ type }) => type === "PushEvent").length;
    expect(pushes(0)).toBe(97);
    expect(pushes(100)).toBeLessThan(50);
    expect(pushes(200)).toBeLessThan(75);
  });

  it("hides most pull requests from those who read the first page alone", () => {
    const pulls = (events: Iterable<SimulatedEvent>): number =>
      [...events].filter(({ type }) => type === "PullRequestEvent").length;
    const all = pulls(shown);
    expect(pulls(poll(0, 100, 750).values()) / all).toBeLessThan(0.2);
    expect(pulls(poll(0, 300, 750).values()) / all).toBeGreaterThan(0.99);
  });

  it("moves an event towards the end and never back", () => {
    const feed = firehose({ rate: 100 });
    const places = new Map<string, number>();
    const back: string[] = [];
    for (let ms = 0; ms < 6000; ms += 40) {
      eventsAt(feed, startMs + ms).forEach((event, place) => {
        if (place < (places.get(keyOf(event)) ?? 0)) back.push(keyOf(event));
        places.set(keyOf(event), place);
      });
    }
    expect(places.size).toBeGreaterThan(800);
    expect(back).toEqual([]);
  });

  it("numbers pushes in ranges of their own, and not in order of time", () => {
    const ids = (push: boolean): number[] =>
      shown.filter(({ type }) => (type === "PushEvent") === push).map(({ id }) => Number(id));
    const others = shown.filter(({ type }) => !/^(Push|Create|Delete)Event$/.test(type));
    const otherIds = others.map(({ id }) => Number(id));
    expect(otherIds).toEqual([...otherIds].sort((a, b) => a - b));
    expect(Math.max(...ids(true))).toBeLessThan(Math.min(...otherIds));
    const steps = ids(true).map((id, place, all) => Math.sign(id - (all[place - 1] ?? 0)));
    expect(steps.filter((step) => step < 0).length / steps.length).toBeGreaterThan(0.3);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(shown.length);
  });

  it("shows an event some seconds after it happened, and a few of them hours after", () => {
    const late = shown.map(({ created_at }, place) => {
      return startMs + (place + 1) * 10 - Date.parse(created_at);
    });
    expect(Math.min(...late)).toBeGreaterThanOrEqual(4000);
    const share = (ms: number): number => late.filter((value) => value > ms).length / late.length;
    expect(share(30_000)).toBeGreaterThan(0.01);
    expect(share(30_000)).toBeLessThan(0.03);
    expect(share(3_600_000)).toBeGreaterThan(0.001);
    expect(share(6 * 3_600_000 + 1000)).toBe(0);
  });

  it("sends events that read as GitHub's, in names that are nobody's", () => {
    expect(shown.map((event) => eventKey(parseEvent(event)))).toEqual(shown.map(keyOf));
    const names = shown.flatMap(({ actor, repo, org }) => [
      String(actor["login"]),
      String(repo["name"]),
      ...(org === undefined ? [] : [String(org["login"])]),
    ]);
    expect(names.filter((name) => !name.startsWith("demo-"))).toEqual([]);
  });

  it("tells which events had begun to show, and knows no others", () => {
    const feed = firehose({ rate: 100 });
    const [key = ""] = feed.keys(startMs + 30_000, startMs + 30_010);
    expect(feed.existed(key, startMs + 30_010)).toBe(true);
    expect(feed.existed(key, startMs + 30_009)).toBe(false);
    expect(feed.existed(key.replace(/^\w+:/, "GollumEvent:"), startMs + 60_000)).toBe(false);
    expect(feed.existed("PushEvent:12345", startMs + 60_000)).toBe(false);
    expect(feed.existed("nonsense", startMs + 60_000)).toBe(false);
  });

  it("is at any moment at once, however far away", () => {
    const feed = firehose({ rate: 260 });
    const day = 86_400_000;
    expect(eventsAt(feed, startMs + 300 * day)).toHaveLength(300);
    expect(feed.count(startMs, startMs + 300 * day).events).toBe(300 * 86_400 * 260);
  });

  it("keeps to one story of each pull request, in its events and when asked for it", () => {
    const feed = firehose({ rate: 100, lateShare: 0.3 });
    const nowMs = startMs + 1_200_000;
    let ended = 0;
    let open = 0;
    for (let ms = 2000; ms <= 1_200_000; ms += 40_000) {
      for (const { type, payload, repo, created_at } of eventsAt(feed, startMs + ms)) {
        if (type !== "PullRequestEvent") continue;
        const { id, number } = payload["pull_request"] as { id: number; number: number };
        const state = feed.pull(String(repo["name"]), number, nowMs);
        expect(state?.id).toBe(id);
        if (payload["action"] === "opened") {
          expect(Math.floor((state?.createdMs ?? 0) / 1000)).toBe(Date.parse(created_at) / 1000);
          if (state?.endedMs === undefined) open += 1;
        } else {
          ended += 1;
          expect(payload["action"]).toBe(state?.merged === true ? "merged" : "closed");
          expect(Math.floor((state?.endedMs ?? 0) / 1000)).toBe(Date.parse(created_at) / 1000);
          expect(state?.endedMs ?? 0).toBeGreaterThan(state?.createdMs ?? Infinity);
        }
      }
    }
    expect(ended).toBeGreaterThan(50);
    expect(open).toBeGreaterThan(50);
  });

  it("numbers issues and pull requests apart, and closes an issue as it was opened", () => {
    interface Issue {
      id: number;
      number: number;
      created_at: string;
      closed_at: string | null;
    }
    const feed = firehose({ rate: 1000 });
    const pulls = new Set<unknown>();
    const issues = new Map<number, Issue>();
    let pairs = 0;
    for (let ms = 250; ms <= 180_000; ms += 250) {
      for (const { type, payload, created_at } of eventsAt(feed, startMs + ms)) {
        if (type === "PullRequestEvent") pulls.add(payload["number"]);
        if (type !== "IssuesEvent") continue;
        const issue = payload["issue"] as Issue;
        const opened = issues.get(issue.number);
        if (payload["action"] === "opened") {
          issues.set(issue.number, issue);
        } else if (opened !== undefined) {
          pairs += 1;
          expect(issue).toMatchObject({ id: opened.id, created_at: opened.created_at });
          expect(issue.closed_at).toBe(created_at);
        } else {
          issues.set(issue.number, issue);
        }
      }
    }
    expect(pairs).toBeGreaterThan(20);
    expect([...issues.keys()].filter((number) => pulls.has(number))).toEqual([]);
  });

  it("draws each index apart, however large", () => {
    const draws = [5, 6, 5 + 2 ** 32, -5].map((index) => seededRandom(1, index, 7).next());
    expect(new Set(draws).size).toBe(4);
  });

  it("lists the events of one repository, organization or user, the newest first", () => {
    const feed = firehose();
    const nowMs = startMs + 60_000;
    const sample = eventsAt(feed, nowMs).find(({ org }) => org !== undefined);
    const scopes = [
      ["repo", "repo", "name", sample?.repo["name"]],
      ["org", "org", "login", sample?.org?.["login"]],
      ["user", "actor", "login", sample?.actor["login"]],
    ] as const;
    for (const [kind, part, field, name] of scopes) {
      const list = feed.scoped({ kind, name: String(name).toUpperCase() }, nowMs);
      const events = (list?.slice(0, 300) ?? []).map((text) => JSON.parse(text) as SimulatedEvent);
      expect(events.map(keyOf)).toContain(keyOf(sample as SimulatedEvent));
      expect(new Set(events.map((event) => event[part]?.[field]))).toEqual(new Set([name]));
      expect(events.every((event) => feed.existed(keyOf(event), nowMs))).toBe(true);
      const order = [...feed.keys(startMs - 600_000, nowMs)].reverse();
      const places = events.map((event) => order.indexOf(keyOf(event)));
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }
    expect(feed.scoped({ kind: "repo", name: "demo-none/there" }, nowMs)).toBeUndefined();
  });
});
