import { describe, expect, it } from "vitest";
import { sideTopic } from "../../../src/lib/kafka/topic";

describe("sideTopic", () => {
  it.each([
    ["github-events", "github-coverage"],
    ["demo-events", "demo-coverage"],
    ["events", "events-coverage"],
    ["github-events-2", "github-events-2-coverage"],
  ])("of %s is %s", (topic, side) => {
    expect(sideTopic(topic, "coverage")).toBe(side);
    expect(sideTopic(topic, "enrichment")).toBe(side.replace(/coverage$/, "enrichment"));
  });
});
