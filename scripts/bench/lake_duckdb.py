"""The lake's transform in DuckDB, incremental like the job: what a single fast engine takes for it.

    python lake_duckdb.py merge DATABASE OBJECT...        one batch into a database file
    python lake_duckdb.py answer FOLDER [--batches B,B]   what lake_events.py wrote, as JSON

``merge`` parses each line once, keeps one copy of each event, adds what the database does not have
and computes the batch's issues and pull requests anew, as the job does. ``answer`` shares nothing
with that: it is what the tables of both have to hold, by rules of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

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


#: Every line once, knowing nothing of the job; then of each subject the closing that counts.
ANSWER = """
CREATE TEMP TABLE sent AS
SELECT DISTINCT ON (type, id) *, p->>'$.action' AS action,
    coalesce(p->'$.pull_request', p->'$.issue') AS subject,
    (coalesce(p->'$.pull_request.id', p->'$.issue.id')::VARCHAR)::BIGINT AS subject_id
FROM (
    SELECT event_type AS type, id, "timestamp"::TIMESTAMP AS happened, repo, repo_id, payload AS p
    FROM read_json($events, format = 'newline_delimited', columns = {
        'id': 'VARCHAR', 'event_type': 'VARCHAR', 'timestamp': 'VARCHAR', 'repo': 'VARCHAR',
        'repo_id': 'BIGINT', 'payload': 'JSON'})
);
CREATE TEMP TABLE closings AS
SELECT *, row_number() OVER (
    PARTITION BY type, subject_id ORDER BY merged DESC, ended DESC, id DESC) AS nth
FROM (
    SELECT *, action = 'merged' OR coalesce(subject->>'$.merged' = 'true', false) AS merged,
        coalesce(subject->>'$.merged_at', subject->>'$.closed_at', strftime(happened, '%xT%XZ'))
            ::TIMESTAMP AS ended
    FROM sent WHERE type IN ('IssuesEvent', 'PullRequestEvent') AND action IN ('closed', 'merged')
);
CREATE TEMP TABLE answer AS
SELECT CASE type WHEN 'IssuesEvent' THEN 'issue' ELSE 'pull_request' END AS kind,
    c.repo, c.repo_id, (c.subject->>'$.number')::BIGINT AS number, subject_id,
    o.opened, c.ended,
    CASE WHEN type = 'IssuesEvent' THEN coalesce(c.subject->>'$.state_reason', 'closed')
        WHEN c.merged THEN 'merged' ELSE 'closed' END AS outcome,
    CASE WHEN c.ended >= o.opened THEN epoch(c.ended - o.opened)::BIGINT END AS seconds, o.source
FROM closings c LEFT JOIN (
    SELECT type, subject_id,
        min_by(told, (place, told)) AS opened, min_by(source, (place, told)) AS source
    FROM (
        SELECT type, subject_id, (subject->>'$.created_at')::TIMESTAMP AS told, 1 AS place,
            'payload' AS source FROM sent
        UNION ALL SELECT type, subject_id, happened, 2, 'event' FROM sent WHERE action = 'opened'
        UNION ALL SELECT 'PullRequestEvent', subject_id, opened_at, 3, 'enrichment' FROM looked_up
    ) WHERE told IS NOT NULL GROUP BY type, subject_id
) o USING (type, subject_id)
WHERE c.nth = 1 AND (c.merged OR NOT EXISTS (
    FROM sent r WHERE r.type = c.type AND r.subject_id = c.subject_id
        AND r.action = 'reopened' AND r.happened > c.ended
))
"""

LOOKED_UP = """
CREATE TEMP TABLE looked_up AS SELECT subject_id, opened_at::TIMESTAMP AS opened_at
FROM read_json($files, format = 'newline_delimited', columns = {
    'kind': 'VARCHAR', 'subject_id': 'BIGINT', 'opened_at': 'VARCHAR'})
WHERE kind = 'pull_opened'
"""


def objects_of(folder: Path, kind: str, batches: list[str] | None) -> list[str]:
    found = sorted((folder / kind).rglob("*.jsonl.gz"))
    return [str(path) for path in found if batches is None or set(batches) & set(path.parts)]


def answer(folder: Path, batches: list[str] | None) -> dict[str, object]:
    db = duckdb.connect()
    files = objects_of(folder, "enrichment", batches)
    if files:
        db.execute(LOOKED_UP, {"files": files})
    else:
        db.execute("CREATE TEMP TABLE looked_up (subject_id BIGINT, opened_at TIMESTAMP)")
    first, *others = ANSWER.split(";")
    db.execute(first, {"events": objects_of(folder, "events", batches)})
    for statement in others:
        db.execute(statement)
    times = ", ".join(f"strftime({name}, '%xT%XZ') AS {name}" for name in ("opened", "ended"))
    rows = db.execute(
        f"SELECT * REPLACE ({times}) FROM answer ORDER BY kind, subject_id"
    ).fetchall()
    counts = db.execute("SELECT type, count(*) FROM sent GROUP BY type ORDER BY type").fetchall()
    return {"by_type": dict(counts), "resolutions": rows}


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    merging = commands.add_parser("merge")
    merging.add_argument("database")
    merging.add_argument("files", nargs="+")
    answering = commands.add_parser("answer")
    answering.add_argument("folder", type=Path)
    answering.add_argument("--batches", type=lambda text: text.split(","))
    options = parser.parse_args()
    if options.command == "merge":
        merge(options.database, options.files)
    else:
        json.dump(answer(options.folder, options.batches), sys.stdout)


if __name__ == "__main__":
    main()
