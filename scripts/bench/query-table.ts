import { formatMarkdown, median, round } from "./table";
import type { QueryClient, QueryTimes } from "./query-clients";

/** A client's medians; snake_case, since it is printed as JSON. */
export interface QueryStanding {
  client: QueryClient;
  seconds: number;
  /** Each repetition's, in their order. */
  rounds: readonly number[];
  cpu_seconds: number;
  /** Its own time over the workbench's: more than 1 is slower than the workbench. */
  times_workbench: number;
}

/** The medians of each client over its repetitions. */
export function queryStandings(
  times: ReadonlyMap<QueryClient, readonly QueryTimes[]>,
): QueryStanding[] {
  const secondsOf = (client: QueryClient): number[] =>
    (times.get(client) ?? []).map(({ seconds }) => seconds);
  const ours = median(secondsOf("workbench"));
  return [...times].map(([client, rounds]) => ({
    client,
    seconds: round(median(secondsOf(client))),
    rounds: secondsOf(client).map(round),
    cpu_seconds: round(median(rounds.map(({ cpu_seconds }) => cpu_seconds))),
    times_workbench: round(median(secondsOf(client)) / ours),
  }));
}

/** A Markdown table, as it goes into the documentation. */
export function formatQueryStandings(title: string, rows: readonly QueryStanding[]): string {
  return formatMarkdown(
    [title, "seconds", "CPU s of the client", "× workbench", "rounds"],
    rows.map((row) => [
      row.client,
      row.seconds.toFixed(2),
      row.cpu_seconds.toFixed(2),
      row.times_workbench.toFixed(2),
      row.rounds.map((value) => value.toFixed(2)).join(", "),
    ]),
  );
}
