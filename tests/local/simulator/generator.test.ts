import { describe, expect, it } from "vitest";
import { parseEvent } from "../../../src/lib/events/parse-event";
import { eventKey } from "../../../src/lib/events/event";
import { EventGenerator, type SimulatedEvent } from "../../../src/local/simulator/generator";

const startMs = Date.parse("2026-03-02T00:00:00Z");
const options = { seed: 7, startMs, eventsPerHour: 60 };

function generate(count: number, seed = 7): SimulatedEvent[] {
  const generator = new EventGenerator({ ...options, seed });
  return Array.from({ length: count }, () => generator.next());
}

const events = generate(8000);

function payloads(type: string): Record<string, unknown>[] {
  return events.filter((event) => event.type === type).map(({ payload }) => payload);
}

describe("EventGenerator", () => {
  it("gives the same events for the same seed, and others for another", () => {
    expect(generate(500)).toEqual(events.slice(0, 500));
    expect(generate(500, 8)).not.toEqual(events.slice(0, 500));
  });

  it("gives events that read as GitHub's, each with an id of its own, in order of time", () => {
    const parsed = events.map((event) => parseEvent(event));
    expect(new Set(parsed.map(eventKey)).size).toBe(events.length);
    const times = parsed.map(({ created_at }) => created_at);
    expect(times).toEqual([...times].sort());
  });

  it("names nobody: every account and repository begins with demo-", () => {
    const names = events.flatMap(({ actor, repo, org }) => [
      String(actor["login"]),
      String(repo["name"]),
      ...(org === undefined ? [] : [String(org["login"])]),
    ]);
    expect(names.filter((name) => !name.startsWith("demo-"))).toEqual([]);
  });

  it("sends payloads in today's trimmed form", () => {
    expect(Object.keys(payloads("PushEvent")[0] ?? {}).sort()).toEqual([
      "before",
      "head",
      "push_id",
      "ref",
      "repository_id",
    ]);
    const pulls = payloads("PullRequestEvent");
    expect(Object.keys(pulls[0]?.["pull_request"] as object).sort()).toEqual([
      "base",
      "head",
      "id",
      "number",
      "url",
    ]);
    expect(new Set(pulls.map(({ action }) => action))).toEqual(
      new Set(["opened", "merged", "closed"]),
    );
    expect(new Set(payloads("IssuesEvent").map(({ action }) => action))).toEqual(
      new Set(["opened", "closed", "reopened"]),
    );
  });

  it("ends a pull request once, after it was opened, under the same id and number", () => {
    const opened = new Map<number, { number: unknown; at: string }>();
    const ended = new Set<number>();
    for (const { type, payload, created_at } of events) {
      if (type !== "PullRequestEvent") continue;
      const { id } = payload["pull_request"] as { id: number };
      if (payload["action"] === "opened") {
        opened.set(id, { number: payload["number"], at: created_at });
        continue;
      }
      expect(opened.get(id)?.number).toBe(payload["number"]);
      expect((opened.get(id)?.at ?? "") <= created_at).toBe(true);
      expect(ended.has(id)).toBe(false);
      ended.add(id);
    }
    expect(ended.size / opened.size).toBeGreaterThan(0.6);
  });

  it("dates an issue's closing as the event itself", () => {
    for (const { type, payload, created_at } of events) {
      if (type !== "IssuesEvent") continue;
      const issue = payload["issue"] as { created_at: string; closed_at: string | null };
      expect(issue.closed_at).toBe(payload["action"] === "closed" ? created_at : null);
      expect(issue.created_at <= created_at).toBe(true);
    }
  });

  it("has a few repositories that do most, and days that are busier than nights", () => {
    const byRepo = new Map<unknown, number>();
    const byHour = new Array<number>(24).fill(0);
    for (const { repo, created_at } of events) {
      byRepo.set(repo["name"], (byRepo.get(repo["name"]) ?? 0) + 1);
      const hour = Number(created_at.slice(11, 13));
      byHour[hour] = (byHour[hour] ?? 0) + 1;
    }
    const counts = [...byRepo.values()].sort((a, b) => b - a);
    const top = counts.slice(0, 10).reduce((sum, count) => sum + count, 0);
    expect(top / events.length).toBeGreaterThan(0.3);
    expect(byHour[15] ?? 0).toBeGreaterThan(1.8 * (byHour[3] ?? 0));
  });
});
