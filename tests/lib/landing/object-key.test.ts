import { describe, expect, it } from "vitest";
import { objectKey, originKey } from "../../../src/lib/landing/object-key";

describe("objectKey", () => {
  it.each([
    ["2026-01-31T23:59:59.999Z", 0n, "ingest_date=2026-01-31/ingest_hour=23", "0".repeat(20)],
    [
      "2026-02-01T00:00:00.000Z",
      42n,
      "ingest_date=2026-02-01/ingest_hour=00",
      "42".padStart(20, "0"),
    ],
    [
      "1970-01-01T00:00:00.000Z",
      9_223_372_036_854_775_807n,
      "ingest_date=1970-01-01/ingest_hour=00",
      "09223372036854775807",
    ],
  ])("of a first record at %s, offset %s", (moment, offset, folder, digits) => {
    const first = { topic: "github-events", partition: 3, offset, timestampMs: Date.parse(moment) };
    expect(objectKey("github-events/", first)).toBe(
      `github-events/${folder}/github-events+3+${digits}.jsonl.gz`,
    );
  });

  it("keeps the origin outside the hours", () => {
    expect(originKey("github-events/", "github-events", 3)).toBe(
      "github-events/_origin/github-events+3.json",
    );
  });
});
