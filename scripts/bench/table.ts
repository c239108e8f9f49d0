import type { ClientName } from "./clients";
import type { Outcome } from "./job";

/** A client's medians one way; snake_case, since it is printed as JSON. */
export interface Standing {
  client: ClientName;
  messages_per_second: number;
  /** Each round's, in their order. */
  rounds: readonly number[];
  mb_per_second: number;
  cpu_seconds: number;
  peak_rss_mb: number;
  /** The workbench's rate over this client's. */
  workbench_ratio: number;
}

/** The medians of each client over its rounds; the workbench comes first. */
export function standings(
  outcomes: ReadonlyMap<ClientName, readonly Outcome[]>,
  mbPerMessage: number,
): Standing[] {
  const rates = (rounds: readonly Outcome[]): number[] =>
    rounds.map(({ messages, seconds }) => messages / seconds);
  const ours = median(rates(outcomes.get("workbench") ?? []));
  return [...outcomes].map(([client, rounds]) => {
    const rate = median(rates(rounds));
    return {
      client,
      messages_per_second: Math.round(rate),
      rounds: rates(rounds).map(Math.round),
      mb_per_second: round(rate * mbPerMessage),
      cpu_seconds: round(median(rounds.map(({ cpuSeconds }) => cpuSeconds))),
      peak_rss_mb: Math.round(median(rounds.map(({ peakRssMb }) => peakRssMb))),
      workbench_ratio: round(ours / rate),
    };
  });
}

/** A Markdown table, as it goes into the documentation. */
export function formatStandings(title: string, rows: readonly Standing[]): string {
  const header = [title, "messages/s", "MB/s", "CPU s", "peak RSS MB", "workbench is", "rounds"];
  const cells = rows.map((row) => [
    row.client,
    String(row.messages_per_second),
    row.mb_per_second.toFixed(1),
    row.cpu_seconds.toFixed(1),
    String(row.peak_rss_mb),
    `${row.workbench_ratio.toFixed(2)} ×`,
    row.rounds.join(", "),
  ]);
  return formatMarkdown(header, cells);
}

/** A Markdown table of cells. */
export function formatMarkdown(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (parts: readonly string[]): string => `| ${parts.join(" | ")} |`;
  return [header, header.map(() => "---"), ...rows].map(line).join("\n");
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
