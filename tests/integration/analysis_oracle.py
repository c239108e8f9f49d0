"""Recomputes the analyses' answers from files of GitHub events with DuckDB, without the pipeline.

Prints one JSON object; the arguments are a file of coverage messages, then files of events, all
JSON lines (.gz).
"""

from __future__ import annotations

import json
import sys

import duckdb

TYPES = ("PushEvent", "PullRequestEvent", "IssuesEvent", "ForkEvent")

EVENTS = """
CREATE TABLE events AS
SELECT DISTINCT ON (type, id)
    type, id, actor->>'$.login' AS login, repo->>'$.name' AS repo,
    CAST(created_at AS TIMESTAMP) AS happened, payload
FROM read_json($files, format = 'newline_delimited', maximum_object_size = 100000000, columns = {
    type: 'VARCHAR', id: 'VARCHAR', created_at: 'VARCHAR',
    actor: 'JSON', repo: 'JSON', payload: 'JSON'
})
WHERE type IN $types
"""

#: A subject's last closing, where no reopening came after it.
RESOLUTIONS = """
CREATE TABLE resolutions AS
WITH subjects AS (
    SELECT
        type = 'IssuesEvent' AS is_issue, id, repo, happened,
        payload->>'$.action' AS action,
        CASE WHEN type = 'IssuesEvent' THEN payload->'$.issue'
            ELSE payload->'$.pull_request' END AS subject
    FROM events WHERE type IN ('IssuesEvent', 'PullRequestEvent')
), timed AS (
    SELECT
        *, subject->>'$.id' AS subject_id,
        CAST(replace(subject->>'$.created_at', 'Z', '') AS TIMESTAMP) AS opened,
        CAST(replace(coalesce(subject->>'$.merged_at', subject->>'$.closed_at'), 'Z', '')
            AS TIMESTAMP) AS ended,
        coalesce(subject->>'$.merged' = 'true', false) AS merged
    FROM subjects
), closed AS (
    SELECT is_issue, subject_id, arg_max(merged, (ended, id)) AS merged, max(ended) AS ended,
        arg_max(repo, (ended, id)) AS repo
    FROM timed WHERE action = 'closed' GROUP BY ALL
), opened AS (
    SELECT is_issue, subject_id, min(opened) AS opened,
        max(happened) FILTER (action = 'reopened') AS reopened
    FROM timed GROUP BY ALL
)
SELECT
    CASE WHEN is_issue THEN 'issue' ELSE 'pull_request' END AS kind,
    CASE WHEN NOT is_issue AND merged THEN 'merged' ELSE 'closed' END AS outcome,
    date_diff('second', opened, ended) AS seconds, ended, repo
FROM closed JOIN opened USING (is_issue, subject_id)
WHERE reopened IS NULL OR reopened <= ended
"""

COUNTS = """
    count(*)::INT AS events,
    (count(*) FILTER (type = 'PushEvent'))::INT AS pushes,
    (count(*) FILTER (type = 'PullRequestEvent'))::INT AS pull_requests,
    (count(*) FILTER (type = 'IssuesEvent'))::INT AS issues,
    (count(*) FILTER (type = 'ForkEvent'))::INT AS forks
"""

CONTRIBUTORS = f"""
SELECT * FROM (
    SELECT
        CASE WHEN suffix(lower(login), '[bot]') OR suffix(lower(login), '-bot')
              OR suffix(lower(login), '_bot') OR suffix(lower(login), '-robot')
              OR suffix(lower(login), '_robot') OR regexp_matches(login, '[a-z0-9]Bot$')
              THEN 'bot' ELSE 'person' END AS kind,
        login AS user_login, {COUNTS}, count(DISTINCT repo)::INT AS repositories
    FROM events GROUP BY login
)
QUALIFY row_number() OVER (PARTITION BY kind ORDER BY events DESC, user_login) <= 15
ORDER BY kind DESC, events DESC, user_login
"""

REPOSITORIES = f"""
SELECT repo, {COUNTS}, count(DISTINCT login)::INT AS contributors
FROM events GROUP BY repo ORDER BY events DESC, repo LIMIT 15
"""

#: Peaks by DuckDB's own median and median absolute deviation.
FREQUENCY = """
WITH counted AS (
    SELECT time_bucket(INTERVAL 10 MINUTE, happened) AS bar, type, count(*)::INT AS events
    FROM events
    WHERE happened > (SELECT max(happened) FROM events) - INTERVAL 7 DAY
    GROUP BY ALL
), bars AS (SELECT bar, sum(events)::INT AS bar_events FROM counted GROUP BY bar),
limits AS (
    SELECT median(bar_events) + 3 * greatest(1.4826 * mad(bar_events), sqrt(median(bar_events)))
        AS above, count(*) AS bars
    FROM bars
)
SELECT strftime(bar, '%Y-%m-%dT%H:%M:%SZ') AS bucket_start, type AS event_type, events, bar_events,
    bars >= 8 AND bar_events > above AS is_peak
FROM counted JOIN bars USING (bar), limits
ORDER BY ALL
"""

RESOLUTION_TIMES = """
SELECT kind, outcome, count(*)::INT AS resolved,
    quantile_cont(seconds, 0.1) AS p10_seconds, quantile_cont(seconds, 0.25) AS q1_seconds,
    quantile_cont(seconds, 0.5) AS median_seconds, quantile_cont(seconds, 0.75) AS q3_seconds,
    quantile_cont(seconds, 0.9) AS p90_seconds
FROM resolutions GROUP BY kind, outcome ORDER BY kind, resolved DESC, outcome
"""

#: Repositories by how many of their resolutions have a known time.
BY_REPOSITORY = """
WITH known AS (
    SELECT *, count(seconds) OVER (PARTITION BY repo) AS known_of_repo
    FROM resolutions WHERE seconds IS NOT NULL
), places AS (
    SELECT repo, row_number() OVER (ORDER BY any_value(known_of_repo) DESC, repo) AS position
    FROM known GROUP BY repo
)
SELECT position::INT AS position, repo, kind, count(*)::INT AS with_known_time,
    quantile_cont(seconds, 0.25) AS q1_seconds, quantile_cont(seconds, 0.5) AS median_seconds,
    quantile_cont(seconds, 0.75) AS q3_seconds
FROM known JOIN places USING (repo) WHERE position <= 8
GROUP BY position, repo, kind ORDER BY position, kind
"""

OVER_TIME = """
SELECT strftime(date_trunc('month', ended), '%Y-%m-%dT%H:%M:%SZ') AS bucket_start,
    'month' AS bucket, kind, count(*)::INT AS resolved,
    CASE WHEN kind = 'pull_request' THEN avg((outcome = 'merged')::INT) END AS share_merged,
    quantile_cont(seconds, 0.5) AS median_seconds
FROM resolutions GROUP BY 1, kind ORDER BY 1, kind
"""

BOT = """(suffix(lower(login), '[bot]') OR suffix(lower(login), '-bot')
    OR suffix(lower(login), '_bot') OR suffix(lower(login), '-robot')
    OR suffix(lower(login), '_robot') OR regexp_matches(login, '[a-z0-9]Bot$'))"""

HOURS = """
WITH seen AS (
    SELECT isodow(happened)::INT AS weekday, hour(happened)::INT AS hour, happened::DATE AS day
    FROM events
), days AS (SELECT weekday, count(DISTINCT day) AS days FROM seen GROUP BY weekday)
SELECT weekday, hour, count(*)::INT AS events, any_value(days)::INT AS days_with_data,
    count(*) / any_value(days) AS events_per_hour
FROM seen JOIN days USING (weekday) GROUP BY weekday, hour ORDER BY weekday, hour
"""

FORKS = """
SELECT repo, count(*)::INT AS forks, count(DISTINCT login)::INT AS forked_by
FROM events WHERE type = 'ForkEvent' GROUP BY repo ORDER BY forks DESC, repo LIMIT 15
"""

COMMITS = """
WITH pushes AS (
    SELECT repo, coalesce(payload->>'$.distinct_size', payload->>'$.size')::INT AS commits
    FROM events WHERE type = 'PushEvent'
)
SELECT repo, sum(commits)::INT AS commits, sum(commits)::INT AS commits_told,
    0 AS commits_looked_up, count(*)::INT AS pushes,
    (count(*) FILTER (commits IS NULL))::INT AS pushes_unknown
FROM pushes GROUP BY repo HAVING count(commits) > 0 ORDER BY commits DESC, repo LIMIT 15
"""

#: The two files are years apart, so the bars are months: by sets, not by windows as the SQL has it.
TRENDS = f"""
WITH active AS (
    SELECT DISTINCT date_trunc('month', happened)::TIMESTAMP AS month, login
    FROM events WHERE NOT {BOT}
), months AS (
    SELECT month FROM active UNION SELECT month + INTERVAL 1 MONTH FROM active
), counted AS (
    SELECT
        month,
        (SELECT count(*) FROM active a WHERE a.month = m.month AND NOT EXISTS (
            FROM active b WHERE b.login = a.login AND b.month < a.month))::INT AS new_contributors,
        (SELECT count(*) FROM active a WHERE a.month = m.month AND EXISTS (
            FROM active b WHERE b.login = a.login AND b.month < a.month))::INT
            AS returning_contributors,
        (SELECT count(*) FROM active a WHERE a.month + INTERVAL 1 MONTH = m.month AND NOT EXISTS (
            FROM active b WHERE b.login = a.login AND b.month = m.month))::INT
            AS gone_contributors
    FROM months m WHERE month <= (SELECT max(month) FROM active)
)
SELECT strftime(month, '%Y-%m-%dT%H:%M:%SZ') AS bucket_start, 'month' AS bucket,
    new_contributors, returning_contributors, gone_contributors
FROM counted WHERE new_contributors + returning_contributors + gone_contributors > 0
ORDER BY month
"""

COVERAGE = """
SELECT strftime(date_trunc('hour', minute), '%Y-%m-%dT%H:%M:%SZ') AS bucket_start,
    'hour' AS bucket, sum(captured)::INT AS captured, sum(estimated)::DOUBLE AS estimated,
    least(1, sum(captured) / sum(estimated)) AS share
FROM read_json($file, format = 'newline_delimited', columns = {
    minute: 'TIMESTAMP', captured: 'BIGINT', estimated: 'DOUBLE'
})
GROUP BY ALL ORDER BY ALL
"""


def main(coverage_file: str, files: list[str]) -> None:
    db = duckdb.connect()
    db.execute(EVENTS, {"files": files, "types": list(TYPES)})
    db.execute(RESOLUTIONS)

    def rows(sql: str, parameters: object = None) -> list[dict[str, object]]:
        cursor = db.execute(sql, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    answers = {
        "by_type": rows(
            "SELECT type, count(*)::INT AS events FROM events GROUP BY ALL ORDER BY ALL"
        ),
        "top-contributors": rows(CONTRIBUTORS),
        "repository-activity": rows(REPOSITORIES),
        "event-frequency": rows(FREQUENCY),
        "time-to-resolution": rows(RESOLUTION_TIMES),
        "resolution-by-repository": rows(BY_REPOSITORY),
        "resolution-over-time": rows(OVER_TIME),
        "busiest-hours": rows(HOURS),
        "fork-activity": rows(FORKS),
        "commits-per-repository": rows(COMMITS),
        "contributor-trends": rows(TRENDS),
        "data-coverage": rows(COVERAGE, {"file": coverage_file}),
    }
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
