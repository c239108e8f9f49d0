"""Recomputes the analyses' answers from files of GitHub events with DuckDB, without the pipeline.

Prints one JSON object; the arguments are JSON-lines files (.gz).
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
        type = 'IssuesEvent' AS is_issue, id, happened,
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
    SELECT is_issue, subject_id, arg_max(merged, (ended, id)) AS merged, max(ended) AS ended
    FROM timed WHERE action = 'closed' GROUP BY ALL
), opened AS (
    SELECT is_issue, subject_id, min(opened) AS opened,
        max(happened) FILTER (action = 'reopened') AS reopened
    FROM timed GROUP BY ALL
)
SELECT
    CASE WHEN is_issue THEN 'issue' ELSE 'pull_request' END AS kind,
    CASE WHEN NOT is_issue AND merged THEN 'merged' ELSE 'closed' END AS outcome,
    date_diff('second', opened, ended) AS seconds, ended
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

FREQUENCY = """
SELECT strftime(time_bucket(INTERVAL 10 MINUTE, happened), '%Y-%m-%dT%H:%M:%SZ') AS bucket_start,
    type AS event_type, count(*)::INT AS events
FROM events
WHERE happened > (SELECT max(happened) FROM events) - INTERVAL 7 DAY
GROUP BY ALL ORDER BY ALL
"""

RESOLUTION_TIMES = """
SELECT kind, outcome, count(*)::INT AS resolved,
    quantile_cont(seconds, 0.1) AS p10_seconds, quantile_cont(seconds, 0.25) AS q1_seconds,
    quantile_cont(seconds, 0.5) AS median_seconds, quantile_cont(seconds, 0.75) AS q3_seconds,
    quantile_cont(seconds, 0.9) AS p90_seconds
FROM resolutions GROUP BY kind, outcome ORDER BY kind, resolved DESC, outcome
"""


def main(files: list[str]) -> None:
    db = duckdb.connect()
    db.execute(EVENTS, {"files": files, "types": list(TYPES)})
    db.execute(RESOLUTIONS)

    def rows(sql: str) -> list[dict[str, object]]:
        cursor = db.execute(sql)
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
    }
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
