import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GitHubEvent } from "../../../src/lib/events/event";
import { toMessage } from "../../../src/lib/events/message";
import { parseMessage } from "../../../src/lib/events/parse-message";

const event: GitHubEvent = {
  id: "1",
  type: "ForkEvent",
  actor: { id: 1, login: "demo-ada" },
  repo: { id: 2, name: "demo-owner/parser" },
  payload: {},
  created_at: "2026-01-31T23:59:59Z",
};
const message = toMessage(event, "file", 1_790_000_000_000);

describe("parseMessage", () => {
  it("reads what toMessage wrote, whatever the payload", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string({ minLength: 1 }),
        (payload, login) => {
          const written = toMessage(
            { ...event, payload, actor: { id: 1, login } },
            "simulator",
            1_790_000_000_000,
          );
          const json = JSON.stringify(written);
          expect(parseMessage(Buffer.from(json))).toEqual({ message: JSON.parse(json) as unknown });
        },
      ),
    );
  });

  it.each([
    [null, "the message has no value"],
    ["", /^not JSON: /],
    ["{", /^not JSON: /],
    ["7", "not an event message: it is 7"],
    [JSON.stringify({ ...message, repo: null }), /repo is null, not a string/],
    [JSON.stringify({ ...message, source: "x" }), /source is "x", not one of github, archive/],
    [JSON.stringify({ ...message, repo_id: undefined }), /repo_id is missing/],
  ])("gives the reason for %j", (value, reason) => {
    expect(parseMessage(value).reason).toMatch(reason);
  });

  it("is not fooled by bytes that are no UTF-8", () => {
    expect(parseMessage(Buffer.from([0xff, 0xfe, 0x00])).reason).toMatch(/^not JSON/);
  });
});
