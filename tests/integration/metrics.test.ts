import { execFile } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { serveMetrics } from "../../src/cli/metrics-server";
import { installationDir } from "../../src/lib/config/sources";
import { systemEffects } from "../../src/lib/effects";
import { createPrometheusMetrics } from "../../src/lib/metrics/prometheus";
import { produce } from "../../src/lib/produce";
import { simulatorDefaults, startSimulator } from "../../src/local/simulator/server";
import { eventFile, freshSettings, withPlainAdmin } from "./stream-support";

/** A scrape: the values of a metric by its labels, as they stand in the text. */
async function scrape(url: string): Promise<(name: string) => Map<string, number>> {
  const answer = await fetch(url);
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  return (name) =>
    new Map(
      text.split("\n").flatMap((line): [string, number][] => {
        const [, found, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
        return found === name ? [[labels, Number(value)]] : [];
      }),
    );
}

function sum(values: Map<string, number>): number {
  return [...values.values()].reduce((total, value) => total + value, 0);
}

describe("metrics", () => {
  it("are what the summary says, once a run has ended", async () => {
    const simulator = await startSimulator({
      ...simulatorDefaults,
      ...{ port: 0, pollIntervalSeconds: 1 },
      now: () => new Date().getTime(),
    });
    const prometheus = createPrometheusMetrics();
    const server = await serveMetrics(0, prometheus);
    try {
      const settings = { ...freshSettings("demo"), simulatorUrl: simulator.address };
      const effects = systemEffects({ metrics: prometheus.metrics });
      const summary = await produce(settings, { forMs: 6000 }, effects);
      const metric = await scrape(server.url);
      expect(summary.duplicates).toBeGreaterThan(0);
      expect(sum(metric("workbench_events_read_total"))).toBe(summary.events);
      expect(sum(metric("workbench_events_duplicate_total"))).toBe(summary.duplicates);
      expect(sum(metric("workbench_events_skipped_total"))).toBe(summary.skipped);
      expect(sum(metric("workbench_messages_produced_total"))).toBe(summary.produced);
      const requests = metric("workbench_github_requests_total");
      expect(sum(requests)).toBe(summary.requests);
      expect(requests.get('status="304"') ?? 0).toBe(summary.not_modified);
      expect(sum(metric("workbench_github_quota_remaining"))).toBeGreaterThan(0);
      for (const [type, share] of Object.entries(summary.coverage_by_type)) {
        expect(metric("workbench_coverage_ratio").get(`event_type="${type}"`)).toBe(share);
      }
      expect(Object.keys(summary.coverage_by_type).length).toBeGreaterThan(0);
    } finally {
      await server.close();
      await simulator.close();
    }
  });

  it("have a port that is free, or nothing begins", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const settings = freshSettings();
    const program = join(installationDir, "scripts", "workbench");
    const source = ["produce", "--file", eventFile(3)];
    const failed = (await promisify(execFile)(
      process.execPath,
      [program, ...source, "--metrics-port", String(port)],
      { env: { ...process.env, DATASET: settings.dataset } },
    ).catch((error: unknown) => error)) as { code: number; stderr: string };
    taken.close();
    expect(failed.code).toBe(2);
    expect(failed.stderr).toBe(
      `workbench: the port ${port} for metrics is in use (give another --metrics-port; 0 takes any free one)\n`,
    );
    const topics = await withPlainAdmin(settings, (admin) => admin.listTopics());
    expect(topics).not.toContain(settings.kafka.topic);
  });
});
