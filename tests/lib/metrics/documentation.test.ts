import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { metricDefinitions } from "../../../src/lib/metrics/definitions";

it("lists every metric, as it is defined, and no other", () => {
  const text = readFileSync(join(__dirname, "../../../docs/topics/metrics.md"), "utf8");
  const cells = (row: string): string[] => row.split("|").map((cell) => cell.trim());
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| `workbench_"))
    .map((line) => cells(line).slice(1, 5));
  const expected = Object.entries(metricDefinitions).map(([name, { kind, labels, help }]) => [
    `\`${name}\``,
    kind,
    labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  expect(rows).toEqual(expected);
});
