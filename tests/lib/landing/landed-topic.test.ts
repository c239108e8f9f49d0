import { describe, expect, it } from "vitest";
import { loadSettings } from "../../../src/lib/config/load";
import { landedTopics } from "../../../src/lib/landing/landed-topic";
import { messageJson } from "./fake-log";

const coverage = {
  run_id: "r1",
  seq: 3,
  minute: "2026-11-24T10:00:00Z",
  event_type: "PushEvent",
  captured: 40,
  estimated: 41.5,
  source: "github",
  api: "https://api.github.com",
  recorded_at: "2026-11-24T10:01:00.5Z",
};
const enrichment = {
  kind: "pull_opened",
  event_type: "PullRequestEvent",
  event_id: "77",
  repo: "octo/cat",
  repo_id: 5,
  number: 3,
  subject_id: 900,
  commits: null,
  opened_at: "2026-11-01T00:00:00Z",
  obtained_from: "pulls",
  status: "ok",
  source: "github",
  api: "https://api.github.com",
  fetched_at: "2026-11-24T10:01:00.5Z",
};

describe("landedTopics", () => {
  const settings = loadSettings({ env: {}, cwd: "/nowhere", dataset: "demo" });
  const topics = landedTopics(settings, "workbench-s3");

  it("gives each topic a prefix and a group of its own", () => {
    expect(
      topics.map(({ kind, settings: own, group }) => [
        kind,
        own.kafka.topic,
        own.raw.prefix,
        group,
      ]),
    ).toEqual([
      ["events", "demo-events", "demo-events/", "workbench-s3"],
      ["coverage", "demo-coverage", "demo-coverage/", "workbench-s3-coverage"],
      ["enrichment", "demo-enrichment", "demo-enrichment/", "workbench-s3-enrichment"],
    ]);
  });

  // Which topic a line is of, the line, and what its reader makes of it.
  it.each([
    ["events", messageJson(7), { id: "7", type: "PushEvent" }],
    [
      "coverage",
      JSON.stringify(coverage),
      { id: "r1:3:PushEvent:2026-11-24T10:00:00Z", type: "PushEvent" },
    ],
    [
      "coverage",
      JSON.stringify({ ...coverage, estimated: -1 }),
      { reason: "not a coverage message: estimated is -1, not a number from 0 on" },
    ],
    [
      "coverage",
      JSON.stringify({ ...coverage, minute: "10:00" }),
      {
        reason:
          'not a coverage message: minute is "10:00", not a UTC time such as 2026-01-31T23:59:59Z',
      },
    ],
    ["coverage", messageJson(7), { reason: "not a coverage message: run_id is missing" }],
    ["coverage", null, { reason: "the message has no value" }],
    [
      "enrichment",
      JSON.stringify(enrichment),
      { id: "pull_opened:PullRequestEvent:77", type: "PullRequestEvent" },
    ],
    [
      "enrichment",
      JSON.stringify({ ...enrichment, kind: "stars" }),
      {
        reason: 'not an enrichment message: kind is "stars", not one of push_commits, pull_opened',
      },
    ],
    [
      "enrichment",
      JSON.stringify({ ...enrichment, opened_at: "soon" }),
      {
        reason:
          'not an enrichment message: opened_at is "soon", not a UTC time such as 2026-01-31T23:59:59Z',
      },
    ],
    [
      "enrichment",
      JSON.stringify({ ...enrichment, commits: 1.5 }),
      { reason: "not an enrichment message: commits is 1.5, not a whole number" },
    ],
  ])("reads a line of %s (%#)", (kind, line, expected) => {
    const topic = topics.find((one) => one.kind === kind);
    const found = topic?.read(line === null ? null : Buffer.from(line));
    expect(found).toEqual(
      "reason" in expected ? expected : { message: { ...expected, hasPlace: false } },
    );
  });
});
