"""The lake's transform in DuckDB, incremental like the job: what a single fast engine takes for it.

    python lake_duckdb.py merge DATABASE OBJECT...    one batch into a database file
    python lake_duckdb.py answer OBJECT...            all of it at once, as JSON: what is right

``merge`` parses each line once, keeps one copy of each event, adds what the database does not have
and computes the batch's issues and pull requests anew, as the job does. ``answer`` shares nothing
with it but the reading: it is what both are compared with.
"""

from __future__ import annotations

import json
import sys

import duckdb

SUBJECT = """
    "id": "VARCHAR", "number": "VARCHAR", "created_at": "VARCHAR", "closed_at": "VARCHAR",
    "user": {"login": "VARCHAR"}
"""
PAYLOAD = json.loads(f"""{{
    "action": "VARCHAR", "number": "VARCHAR", "ref": "VARCHAR", "ref_type": "VARCHAR",
    "before": "VARCHAR", "head": "VARCHAR", "size": "VARCHAR", "distinct_size": "VARCHAR",
    "pull_request": {{ {SUBJECT}, "merged": "VARCHAR", "merged_at": "VARCHAR",
        "base": {{"repo": {{"language": "VARCHAR"}}}} }},
    "issue": {{ {SUBJECT}, "state_reason": "VARCHAR" }},
    "forkee": {{"id": "VARCHAR", "language": "VARCHAR"}}
}}""")
MESSAGE = {
    **dict.fromkeys(
        (
            *("id", "event_type", "repo", "user", "timestamp", "repo_id", "user_id", "org"),
            *("source", "ingested_at", "_partition", "_offset"),
        ),
        "VARCHAR",
    ),
    "payload": PAYLOAD,
}


def struct_of(shape: dict[str, object] | str) -> str:
    if isinstance(shape, str):
        return shape
    fields = ", ".join(f'"{name}" {struct_of(inner)}' for name, inner in shape.items())  # type: ignore[arg-type]
    return f"STRUCT({fields})"


COLUMNS = ", ".join(f"'{name}': '{struct_of(shape)}'" for name, shape in MESSAGE.items())  # type: ignore[arg-type]

READ = f"""
CREATE TEMP TABLE batch AS
SELECT
    id AS event_id, event_type, payload.action AS action, repo, repo_id::BIGINT AS repo_id,
    "user" AS user_login, user_id::BIGINT AS user_id, org,
    "timestamp"::TIMESTAMP AS created_at, ingested_at::TIMESTAMP AS ingested_at, source,
    payload.ref AS ref, payload.ref_type AS ref_type,
    CASE WHEN event_type = 'PushEvent' THEN payload.before END AS before_sha,
    CASE WHEN event_type = 'PushEvent' THEN payload.head END AS head_sha,
    CASE WHEN event_type = 'PushEvent'
        THEN coalesce(payload.distinct_size, payload.size)::BIGINT END AS commits,
    coalesce(payload.number, payload.pull_request.number, payload.issue.number)::BIGINT AS number,
    coalesce(payload.pull_request.id, payload.issue.id, payload.forkee.id)::BIGINT AS subject_id,
    coalesce(payload.pull_request.user.login, payload.issue.user.login) AS subject_author,
    coalesce(payload.pull_request.created_at, payload.issue.created_at)::TIMESTAMP
        AS subject_created_at,
    coalesce(payload.pull_request.closed_at, payload.issue.closed_at)::TIMESTAMP
        AS subject_closed_at,
    CASE WHEN event_type = 'PullRequestEvent' THEN CASE
        WHEN payload.action = 'merged' THEN true
        WHEN payload.pull_request.merged IS NOT NULL THEN payload.pull_request.merged::BOOLEAN
        WHEN payload.action = 'closed' THEN false END END AS merged,
    payload.pull_request.merged_at::TIMESTAMP AS merged_at,
    payload.issue.state_reason AS state_reason,
    coalesce(payload.pull_request.base.repo.language, payload.forkee.language) AS language,
    _partition::BIGINT AS _partition, _offset::BIGINT AS _offset
FROM read_json($files, format = 'newline_delimited', columns = {{{COLUMNS}}})
QUALIFY row_number() OVER (
    PARTITION BY event_type, event_id ORDER BY ingested_at, _partition, _offset
) = 1
"""

MERGE = """
CREATE TABLE IF NOT EXISTS github_events AS
    SELECT * EXCLUDE (_partition, _offset) FROM batch LIMIT 0;
INSERT INTO github_events
    SELECT b.* EXCLUDE (_partition, _offset) FROM batch b ANTI JOIN github_events t
    ON t.event_type = b.event_type AND t.event_id = b.event_id AND t.created_at = b.created_at
"""

#: The rule of glue/transforms.py in SQL, over the events of ``{subjects}``.
RESOLVE = """
WITH told AS (
    SELECT *, action IN ('closed', 'merged') AS is_closing
    FROM github_events
    WHERE event_type IN ('IssuesEvent', 'PullRequestEvent') AND subject_id IS NOT NULL {subjects}
), grouped AS (
    SELECT event_type, subject_id,
        max({{
            'merged': coalesce(merged, false),
            'ended': coalesce(merged_at, subject_closed_at, created_at), 'id': event_id,
            'reason': state_reason, 'repo': repo, 'repo_id': repo_id, 'number': number
        }}) FILTER (is_closing) AS closing,
        max(created_at) FILTER (action = 'reopened') AS reopened_at,
        min(subject_created_at) AS payload_opened,
        min(created_at) FILTER (action = 'opened') AS event_opened
    FROM told GROUP BY event_type, subject_id
)
SELECT if(event_type = 'IssuesEvent', 'issue', 'pull_request') AS kind,
    closing.repo, closing.repo_id, closing.number, subject_id,
    coalesce(payload_opened, event_opened) AS opened_at, closing.ended AS resolved_at,
    CASE WHEN event_type = 'IssuesEvent' THEN
        if(closing.reason IN ('completed', 'not_planned', 'duplicate'), closing.reason, 'closed')
        ELSE if(closing.merged, 'merged', 'closed') END AS outcome,
    CASE WHEN closing.ended >= coalesce(payload_opened, event_opened)
        THEN date_diff('second', coalesce(payload_opened, event_opened), closing.ended)
        END AS seconds_to_resolution,
    CASE WHEN payload_opened IS NOT NULL THEN 'payload'
        WHEN event_opened IS NOT NULL THEN 'event' END AS opened_source
FROM grouped
WHERE closing IS NOT NULL
    AND (closing.merged OR reopened_at IS NULL OR reopened_at <= closing.ended)
"""

RESOLUTIONS = f"""
CREATE TEMP TABLE subjects AS SELECT DISTINCT event_type, subject_id FROM batch
    WHERE event_type IN ('IssuesEvent', 'PullRequestEvent') AND subject_id IS NOT NULL;
CREATE TEMP TABLE resolved AS {
    RESOLVE.format(subjects="AND (event_type, subject_id) IN (FROM subjects)")
};
CREATE TABLE IF NOT EXISTS resolutions AS FROM resolved LIMIT 0;
DELETE FROM resolutions WHERE (kind, subject_id) IN (
    SELECT if(event_type = 'IssuesEvent', 'issue', 'pull_request'), subject_id FROM subjects);
INSERT INTO resolutions FROM resolved
"""


def merge(database: str, files: list[str]) -> None:
    with duckdb.connect(database) as db:
        db.execute("BEGIN")
        db.execute(READ, {"files": files})
        for statement in f"{MERGE};{RESOLUTIONS}".split(";"):
            db.execute(statement)
        db.execute("COMMIT")


def main(argv: list[str]) -> None:
    if argv[0] == "merge":
        merge(argv[1], argv[2:])


if __name__ == "__main__":
    main(sys.argv[1:])
