/** What a process tree took, as lake_measure.py writes it. */
export interface LakeFigures {
  seconds: number;
  cpu_seconds: number;
  /** The greatest sum of its processes' resident sets. */
  peak_rss_mb: number;
}

/** The result of the bench, as it is printed with `--json`. */
export interface LakeResult {
  events: number;
  rows: number;
  resolutions: number;
  /** Answers of the reader, all of them right. */
  polls: number;
  /** How many different committed states it met. */
  states_seen: number;
  spark: LakeFigures;
  duckdb: LakeFigures;
  cpu_ratio: number;
}

/** Time adds up over the runs; memory is that of the greatest. */
export function sumFigures(runs: readonly LakeFigures[]): LakeFigures {
  const sum = (name: "seconds" | "cpu_seconds"): number =>
    Math.round(runs.reduce((total, run) => total + run[name], 0) * 10) / 10;
  return {
    seconds: sum("seconds"),
    cpu_seconds: sum("cpu_seconds"),
    peak_rss_mb: Math.max(...runs.map((run) => run.peak_rss_mb)),
  };
}

/** A Markdown table, as it goes into the documentation. */
export function formatLakeTable(result: LakeResult): string {
  const line = (name: string, { seconds, cpu_seconds, peak_rss_mb }: LakeFigures): string =>
    `| ${name} | ${seconds} s | ${cpu_seconds} s | ${peak_rss_mb} MB |`;
  return [
    `${result.events} lines: ${result.rows} events, ${result.resolutions} resolutions, as DuckDB has them.`,
    `${result.polls} polls, ${result.states_seen} states seen, none that was not committed.`,
    "",
    "| | wall | CPU | peak memory |",
    "| --- | --- | --- | --- |",
    line("the job on Spark", result.spark),
    line("DuckDB", result.duckdb),
    "",
    `Spark's CPU is ${result.cpu_ratio} × DuckDB's.`,
  ].join("\n");
}
