import type { Row } from "../../../src/lib/athena/values";

/** Names as outsiders may choose them: markup, quotes, expressions, direction marks, endless. */
export const hostileNames: readonly string[] = [
  "<script>alert(1)</script>\"'`",
  "${process.exit(1)}/{{constructor}}",
  '=HYPERLINK("http://x","y")',
  "+1",
  "@SUM(1+1)*cmd|' /C calc'!A0",
  "</script><img src=x onerror=alert(1)>",
  "${alert(1)}",
  "abc\u202Egpj.exe\u2069",
  "\u200f\u05e9\u05dc\u05d5\u05dd/\u05e2\u05d5\u05dc\u05dd-7",
  "nul\0, escape \u001b[2J, next\u0085, half \ud83d",
  `zalgo${"\u0301\u0316".repeat(60)}`,
  "datum.value || alert(1)",
  "a'];x[b",
  "\\\\ back\\slash \n new\tline",
  "x".repeat(10_000),
  "日本語のとても長いリポジトリの名前/テスト",
  "👩‍👩‍👧‍👦 family",
  "__proto__",
  "",
];

/** Rows of top-contributors with the given names: people first, then bots. */
export function contributorRows(people: readonly string[], bots: readonly string[]): Row[] {
  const make = (kind: string) => (name: string, at: number) => ({
    kind,
    position: at + 1,
    user_login: name,
    events: Math.max(1, Math.round(64 / (at + 1))),
    pushes: 1,
    pull_requests: 0,
    issues: 0,
    forks: 0,
    other_events: 0,
    repositories: 1 + (at % 4),
    data_events: 1913,
    data_bot_events: 240,
    data_from: "2016-07-07T00:00:00Z",
    data_to: "2016-07-07T00:03:55Z",
  });
  return [...people.map(make("person")), ...bots.map(make("bot"))];
}

/** Rows of repository-activity with the given names. */
export function repositoryRows(repos: readonly string[]): Row[] {
  return repos.map((repo, at) => ({
    position: at + 1,
    repo,
    events: Math.round(90 / (at + 1)) + 3 * (at % 3) + 2 + (at % 2),
    pushes: Math.round(90 / (at + 1)),
    pull_requests: at % 3,
    issues: (at % 3) + (at % 2),
    forks: at % 3,
    other_events: 2,
    contributors: 1 + (at % 5),
    data_events: 1913,
    data_repositories: 1402,
    data_from: "2021-07-15T09:00:00Z",
    data_to: "2021-07-21T09:00:04Z",
  }));
}

const types = ["PushEvent", "PullRequestEvent", "IssuesEvent", "ForkEvent", "WatchEvent"];
const bucketMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  "10 minutes": 600_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
};

/**
 * Rows of event-frequency: so many buckets from a start, with the daily swing of real activity.
 *
 * @param peaks - the places of bars that are four times as high
 */
export function frequencyRows(
  bucket: string,
  start: string,
  buckets: number,
  peaks: readonly number[] = [],
): Row[] {
  const from = Date.parse(start);
  const step = bucketMs[bucket] ?? 0;
  return Array.from({ length: buckets }, (_, at) =>
    types.map((type, order) => {
      const time = new Date(from + at * step);
      const swing =
        (1 + Math.sin(((time.getUTCHours() - 9) / 24) * 2 * Math.PI) * 0.5) *
        (peaks.includes(at) ? 4 : 1);
      return {
        bucket_start: time.toISOString().replace(".000Z", "Z"),
        bucket,
        event_type: type,
        events: Math.round((swing * 120) / (order * 3 + 1)) + ((at * 7) % 5),
        is_peak: peaks.includes(at),
        data_events: 12_345,
        data_peak_above: buckets < 8 ? null : 600,
        data_from: start,
        data_to: new Date(from + buckets * step - 1000).toISOString(),
      };
    }),
  ).flat();
}

/** Rows of time-to-resolution as the tables give them. */
export function resolutionRows(): Row[] {
  const row = (kind: string, outcome: string, count: number, seconds: readonly number[]): Row => ({
    kind,
    outcome,
    resolved: count,
    with_known_time: count,
    p10_seconds: seconds[0] ?? null,
    q1_seconds: seconds[1] ?? null,
    median_seconds: seconds[2] ?? null,
    q3_seconds: seconds[3] ?? null,
    p90_seconds: seconds[4] ?? null,
    data_resolutions: 131,
    data_known: 128,
    data_from: "2016-07-07T00:00:01Z",
    data_to: "2021-07-21T09:00:04Z",
  });
  return [
    row("issue", "completed", 40, [55, 2400, 93_000, 1_900_000, 31_000_000]),
    row("issue", "not_planned", 9, [3600, 86_000, 930_000, 9_900_000, 91_000_000]),
    row("issue", "duplicate", 1, [3600, 3600, 3600, 3600, 3600]),
    row("pull_request", "merged", 62, [0, 70, 4100, 74_000, 600_000]),
    row("pull_request", "closed", 19, [120, 900, 51_000, 700_000, 2_600_000]),
  ];
}

/** Rows of busiest-hours: a working week with quiet nights; Sundays were not captured. */
export function weekHourRows(): Row[] {
  return [1, 2, 3, 4, 5, 6].flatMap((weekday) =>
    Array.from({ length: 24 }, (_, hour) => {
      const swing = 1 + Math.sin(((hour - 9) / 24) * 2 * Math.PI) * 0.7;
      const events = Math.round(swing * (weekday > 5 ? 900 : 2400)) + hour;
      return {
        weekday,
        hour,
        events,
        days_with_data: 2,
        events_per_hour: events / 2,
        data_events: 250_000,
        data_from: "2026-11-09T00:00:00Z",
        data_to: "2026-11-21T23:59:59Z",
      };
    }),
  );
}

/** Rows of fork-activity with the given names. */
export function forkRows(repos: readonly string[]): Row[] {
  return repos.map((repo, at) => ({
    position: at + 1,
    repo,
    forks: 40 - at,
    forked_by: 39 - at,
    language: null,
    data_forks: 512,
    data_repositories: 460,
    data_from: "2021-07-15T09:00:00Z",
    data_to: "2021-07-21T09:00:04Z",
  }));
}

/** Rows of commits-per-repository with the given names. */
export function commitRows(repos: readonly string[]): Row[] {
  return repos.map((repo, at) => ({
    position: at + 1,
    repo,
    commits: 300 - at,
    commits_told: 200 - at,
    commits_looked_up: 100,
    pushes: 40,
    pushes_unknown: at,
    data_pushes: 1562,
    data_unknown: 12,
    data_commits: 5123,
    data_from: "2021-07-15T09:00:00Z",
    data_to: "2021-07-21T09:00:04Z",
  }));
}

/** Rows of contributor-trends: so many bars from a start. */
export function trendRows(bucket: string, start: string, buckets: number): Row[] {
  const from = Date.parse(start);
  const step = bucketMs[bucket] ?? 0;
  return Array.from({ length: buckets }, (_, at) => ({
    bucket_start: new Date(from + at * step).toISOString().replace(".000Z", "Z"),
    bucket,
    new_contributors: Math.round(900 / (at + 1)) + ((at * 37) % 50),
    returning_contributors: at * 40 + ((at * 13) % 70),
    gone_contributors: at === 0 ? 0 : Math.round(500 / at) + ((at * 29) % 40),
    data_contributors: 4321,
    data_from: start,
    data_to: new Date(from + buckets * step - 1000).toISOString(),
  }));
}

/** Rows of data-coverage: mostly everything, a bad hour, and one seen to be more than estimated. */
export function coverageRows(): Row[] {
  return Array.from({ length: 48 }, (_, at) => ({
    bucket_start: new Date(Date.parse("2026-11-20T00:00:00Z") + at * 3_600_000).toISOString(),
    bucket: "hour",
    captured: at === 20 ? 9000 : 400_000 + at * 100,
    estimated: at === 21 ? 400_000 : 420_000,
    share: at === 20 ? 0.02 : 0.95,
    data_events: 18_800_000,
    data_estimated: 20_140_000,
    data_from: "2026-11-20T00:00:00Z",
    data_to: "2026-11-21T23:59:00Z",
  }));
}

const quantileColumns = ["p10", "q1", "median", "q3", "p90"];

function quantilesFrom(seconds: number): Row {
  return Object.fromEntries(
    quantileColumns.map((column, at) => [`${column}_seconds`, seconds * 4 ** (at - 2)]),
  );
}

/** Rows of resolution-by-repository with the given names: the later, the slower. */
export function repositoryResolutionRows(repos: readonly string[]): Row[] {
  return repos.flatMap((repo, at) =>
    ["issue", "pull_request"].map((kind) => ({
      position: at + 1,
      repo,
      kind,
      resolved: 40 - at,
      with_known_time: 38 - at,
      share_merged: kind === "issue" ? null : 0.75,
      ...quantilesFrom((kind === "issue" ? 86_400 : 3600) * (at + 1)),
      data_resolutions: 131,
      data_from: "2016-07-07T00:00:01Z",
      data_to: "2021-07-21T09:00:04Z",
    })),
  );
}

/** Rows of resolution-over-time: pull requests get slower, issues do not. */
export function resolutionTimeRows(bucket: string, start: string, buckets: number): Row[] {
  const step = bucketMs[bucket] ?? 0;
  return Array.from({ length: buckets }, (_, at) =>
    ["issue", "pull_request"].map((kind) => ({
      bucket_start: new Date(Date.parse(start) + at * step).toISOString().replace(".000Z", "Z"),
      bucket,
      kind,
      resolved: 50 + at,
      with_known_time: 45 + at,
      share_merged: kind === "issue" ? null : 0.75,
      ...quantilesFrom(kind === "issue" ? 86_400 * (1 + (at % 3)) : 1800 * (at + 1)),
      data_resolutions: 1310,
      data_from: start,
      data_to: new Date(Date.parse(start) + buckets * step - 1000).toISOString(),
    })),
  ).flat();
}
