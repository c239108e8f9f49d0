import { expect, it } from "vitest";
import { mergeMetrics } from "../../../src/cli/instances/merge-metrics";
import { mergeProgress, mergeSummaries } from "../../../src/cli/instances/merge-summaries";
import { createPrometheusMetrics } from "../../../src/lib/metrics/prometheus";

it("describes each metric once, with the lines of all", async () => {
  const texts = ["1", "2"].map((worker) => {
    const { metrics, text } = createPrometheusMetrics({ worker });
    metrics.add("workbench_dead_letters_total", { topic: "t" }, Number(worker));
    return text();
  });
  const lines = mergeMetrics(await Promise.all(texts)).split("\n");
  const at = lines.indexOf("# TYPE workbench_dead_letters_total counter");
  expect(lines.slice(at - 1, at + 4)).toEqual([
    "# HELP workbench_dead_letters_total Messages that could not be read",
    "# TYPE workbench_dead_letters_total counter",
    'workbench_dead_letters_total{topic="t",worker="1"} 1',
    'workbench_dead_letters_total{topic="t",worker="2"} 2',
    "",
  ]);
  expect(new Set(lines.filter((line) => line.startsWith("# TYPE"))).size).toBe(
    lines.filter((line) => line.startsWith("# TYPE")).length,
  );
});

it("adds counts up, and takes the lag from who ended last", () => {
  const one = { messages: 5, objects: 1, dead_letters: 1, lag: 9 };
  const two = { messages: 7, objects: 2, dead_letters: 0, lag: 0 };
  expect(mergeSummaries([one, { ...two, side: { coverage: two } }])).toEqual({
    ...{ messages: 12, objects: 3, dead_letters: 1, lag: 0 },
    side: { coverage: two },
  });
  expect(
    mergeProgress(2, [
      { step: "consume", state: "reading", figures: { messages: 2 } },
      { step: "consume", state: "landing", figures: { messages: 3, objects: 1 } },
    ]),
  ).toEqual({
    step: "consume",
    state: "2 instances: landing, reading",
    figures: { messages: 5, objects: 1 },
  });
});
