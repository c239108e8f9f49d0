import { describe, expect, it } from "vitest";
import { type DataSpan, describeDataSpan } from "../../../src/lib/report/data-span";

const data: DataSpan = {
  events: 1234,
  from: "2026-11-24T10:00:00Z",
  to: "2026-11-24T11:30:00Z",
  share: 0.042,
  minutes: 60,
};

describe("what the tables held, in words", () => {
  it.each<[string, DataSpan | undefined, string]>([
    [
      "measured",
      data,
      "The tables held 1,234 events, 2026-11-24 10:00 – 11:30 UTC. Captures measured 60 of these 90 minutes, and in them caught about 4.2\u00a0% of what happened.",
    ],
    [
      "not measured",
      { ...data, events: 1, to: data.from, share: null, minutes: 0 },
      "The tables held 1 event, 2026-11-24 10:00 UTC. How complete they are was not measured.",
    ],
    ["nothing", { ...data, events: 0, from: null, to: null }, "The tables held no events yet."],
    ["not known", undefined, "What the tables held could not be asked."],
  ])("%s", (_what, span, words) => {
    expect(describeDataSpan(span)).toBe(words);
  });

  it("never says that more minutes were measured than there were", () => {
    expect(describeDataSpan({ ...data, minutes: 92 })).toContain("92 of these 92 minutes");
  });
});
