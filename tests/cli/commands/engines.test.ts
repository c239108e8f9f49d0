import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { formatChecks } from "../../../src/cli/commands/doctor";
import { formatExports } from "../../../src/cli/commands/env";
import { formatStatus } from "../../../src/cli/commands/status";

describe("status", () => {
  it("is a table, with the last words of what has crashed", () => {
    const text = formatStatus([
      {
        name: "kafka",
        state: "crashed",
        pid: 42,
        address: "127.0.0.1:9092",
        since: "2026-11-24T02:03:04.567Z",
        log: ["OutOfMemoryError"],
      },
      { name: "aws", state: "stopped", pid: null, address: null, since: null, log: [] },
    ]);
    expect(text.split("\n")).toEqual([
      "engine  state    pid  address         since (UTC)",
      "kafka   crashed  42   127.0.0.1:9092  2026-11-24 02:03:04",
      "aws     stopped  -    -               -",
      "",
      "kafka crashed; npx workbench up starts it again. Its log ends:",
      "  OutOfMemoryError",
    ]);
  });
});

describe("env", () => {
  it.each(["plain", "it's", "$(touch /tmp/x)", 'a "b" \\ c', "two\nlines", "`id`"])(
    "a shell reads %j back",
    (value) => {
      const script = `${formatExports({ NAME: value })}\nprintf %s "$NAME"`;
      expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(value);
    },
  );
});

describe("doctor", () => {
  it("has a line a check, with the fix", () => {
    const text = formatChecks([
      { name: "Node", ok: true, detail: "22.1.0" },
      { name: "Kafka", ok: false, detail: "refused", fix: "npx workbench up" },
    ]);
    expect(text).toBe("✓ Node: 22.1.0\n✗ Kafka: refused → npx workbench up");
  });
});
