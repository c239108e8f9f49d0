import { describe, expect, it } from "vitest";
import type { GitHubEvent } from "../../../src/lib/events/event";
import { openedPull, questionOf } from "../../../src/lib/enrichment/question";
import { commit, pull, push } from "./events";

describe("questionOf", () => {
  it("asks for the commits of a push of today", () => {
    expect(questionOf(push(1))).toEqual({
      key: `push:5:${commit(3)}...${commit(4)}`,
      question: {
        kind: "push_commits",
        owner: "octo",
        repo: "cat",
        base: commit(3),
        head: commit(4),
      },
    });
  });

  it.each(["closed", "merged"])("asks for the opening of a pull request that was %s", (action) => {
    expect(questionOf(pull(1, action, 900))).toEqual({
      key: "pull:900",
      question: { kind: "pull_opened", owner: "octo", repo: "cat", number: 3, subjectId: 900 },
    });
  });

  const created = { created_at: "2026-11-01T00:00:00Z" };
  it.each<[string, GitHubEvent]>([
    ["a push that tells its size", push(1, "octo/cat", { size: 3 })],
    ["a push that tells its distinct size", push(1, "octo/cat", { distinct_size: 0 })],
    ["a push that lists its commits", push(1, "octo/cat", { commits: [] })],
    ["a new branch", push(1, "octo/cat", { before: "0".repeat(40) })],
    ["a branch that is gone", push(1, "octo/cat", { head: "0".repeat(40) })],
    ["a push without a head", push(1, "octo/cat", { head: undefined })],
    ["what is no commit's id", push(1, "octo/cat", { before: "../../user" })],
    ["a name that leads elsewhere", push(1, "octo/..")],
    ["a name of more parts", push(1, "octo/cat/pulls")],
    ["a name with a slash in disguise", push(1, "octo/cat%2f")],
    ["an opening", pull(1, "opened", 900)],
    ["a reopening", pull(1, "reopened", 900)],
    ["a closing that tells the opening", pull(1, "closed", 900, created)],
    ["a closing without an id", pull(1, "closed", Number.NaN)],
    ["another type", { ...push(1), type: "WatchEvent" }],
  ])("asks nothing of %s", (_, event) => {
    expect(questionOf(event)).toBeUndefined();
  });
});

describe("openedPull", () => {
  it.each<[GitHubEvent, number | undefined]>([
    [pull(1, "opened", 900), 900],
    [pull(1, "reopened", 900), undefined],
    [{ ...pull(1, "opened", 900), type: "IssuesEvent" }, undefined],
    [push(1), undefined],
  ])("finds the pull request that was opened (%#)", (event, expected) => {
    expect(openedPull(event)).toBe(expected);
  });
});
