import { describe, expect, it } from "vitest";
import { parseEvent } from "../../../src/lib/events/parse-event";

const good = {
  id: "4243622490",
  type: "PushEvent",
  actor: { id: 1, login: "demo-ada" },
  repo: { id: 2, name: "demo-owner/parser" },
  payload: { size: 1 },
  created_at: "2016-07-07T00:00:00Z",
};

describe("parseEvent", () => {
  it("keeps the payload as it is and drops what is not an event's own", () => {
    const event = parseEvent({
      ...good,
      public: true,
      actor: { ...good.actor, avatar_url: "https://example.org" },
      org: { id: 3, login: "demo-org", url: "" },
    });
    expect(event).toEqual({ ...good, public: true, org: { id: 3, login: "demo-org" } });
  });

  it("reads ids that are numbers, or digits in a string", () => {
    const event = parseEvent({ ...good, id: 42, repo: { id: "7", name: "demo-a/b" }, org: null });
    expect(event.id).toBe("42");
    expect(event.repo.id).toBe(7);
    expect(event.org).toBeUndefined();
  });

  it.each([
    [null, "not a GitHub event: it is null"],
    [[good], "not a GitHub event: it is an array"],
    ["text", 'not a GitHub event: it is "text"'],
    [{ ...good, id: undefined }, "not a GitHub event: id is missing"],
    [{ ...good, id: "" }, 'not a GitHub event: id is "", not an id'],
    [{ ...good, id: 1.5 }, "not a GitHub event: id is 1.5, not an id"],
    [{ ...good, type: 3 }, "not a GitHub event: type is 3, not a string"],
    [{ ...good, actor: null }, "not a GitHub event: actor is null, not an object"],
    [{ ...good, actor: { id: 1 } }, "not a GitHub event: actor.login is missing"],
    [
      { ...good, repo: { id: -1, name: "a/b" } },
      "not a GitHub event: repo.id is -1, not a whole number",
    ],
    [{ ...good, payload: [] }, "not a GitHub event: payload is an array, not an object"],
    [
      { ...good, created_at: "2021-02-30T00:00:00Z" },
      'not a GitHub event: created_at is "2021-02-30T00:00:00Z", not a UTC time such as 2026-01-31T23:59:59Z',
    ],
    [
      { ...good, created_at: "2014/01/01 00:00:00 -0800" },
      'not a GitHub event: created_at is "2014/01/01 00:00:00 -0800", not a UTC time such as 2026-01-31T23:59:59Z',
    ],
    [{ ...good, public: "yes" }, 'not a GitHub event: public is "yes", not true or false'],
  ])("refuses %j", (value, message) => {
    expect(() => parseEvent(value)).toThrow(
      expect.objectContaining({ code: "BAD_INPUT", message }),
    );
  });
});
