import { describe, expect, it } from "vitest";
import { metricDefinitions } from "../../../src/lib/metrics/definitions";
import { createPrometheusMetrics } from "../../../src/lib/metrics/prometheus";

describe("createPrometheusMetrics", () => {
  it("counts, sets and observes under the names of the definitions", async () => {
    const { metrics, text } = createPrometheusMetrics({ worker: "2" });
    metrics.add("workbench_events_read_total", { event_type: "PushEvent" });
    metrics.add("workbench_events_read_total", { event_type: "PushEvent" }, 4);
    metrics.set("workbench_coverage_ratio", { event_type: "PushEvent" }, 0.5);
    metrics.observe("workbench_object_bytes", { topic: "t" }, 2e5);
    const lines = (await text()).split("\n");
    expect(lines).toContain('workbench_events_read_total{event_type="PushEvent",worker="2"} 5');
    expect(lines).toContain('workbench_coverage_ratio{event_type="PushEvent",worker="2"} 0.5');
    expect(lines).toContain('workbench_object_bytes_bucket{le="250000",worker="2",topic="t"} 1');
    expect(lines).toContain('workbench_object_bytes_bucket{le="100000",worker="2",topic="t"} 0');
  });

  it("describes every metric from the start, but shows no gauge that nobody has set", async () => {
    const { metrics, text } = createPrometheusMetrics();
    const before = await text();
    for (const [name, { kind, labels }] of Object.entries(metricDefinitions)) {
      const later = kind === "gauge" && (labels as readonly string[]).length === 0;
      expect(before.includes(`# TYPE ${name} ${kind}`)).toBe(!later);
    }
    expect(before).toContain("workbench_process_resident_memory_bytes ");
    expect(before).not.toContain("workbench_github_quota_remaining");
    metrics.set("workbench_github_quota_remaining", {}, 0);
    expect(await text()).toContain("workbench_github_quota_remaining 0");
  });

  it("keeps one series for all types that GitHub does not have", async () => {
    const { metrics, text } = createPrometheusMetrics();
    for (let index = 0; index < 1000; index += 1) {
      metrics.add("workbench_events_read_total", { event_type: `Invented${index}` });
    }
    const series = (await text())
      .split("\n")
      .filter((line) => /^workbench_events_read_total/.test(line));
    expect(series).toEqual(['workbench_events_read_total{event_type="other"} 1000']);
  });

  it("has a registry of its own each time", async () => {
    createPrometheusMetrics().metrics.add("workbench_dead_letters_total", { topic: "t" });
    expect(await createPrometheusMetrics().text()).not.toContain(
      'workbench_dead_letters_total{topic="t"}',
    );
  });
});
