"""Writes made-up messages as raw objects, batch by batch: the same ones for the same seed.

    python lake_events.py FOLDER --events 1000000 --batches 10 --seed 1

Below FOLDER the batches have a folder each in ``events`` and in ``enrichment``, and in it the
objects under the keys that the landing gives them. Of the lines 5 % are copies of earlier ones, and
3 % of the events are up to seven days late. The days lie around 2025-10-07, when GitHub made the
payloads small, so both kinds are among them; issues and pull requests are opened, closed, merged
and reopened across batches and months.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

TRIMMED_FROM = datetime(2025, 10, 7, tzinfo=UTC)
TYPES = ("PushEvent", "PullRequestEvent", "IssuesEvent", "ForkEvent")
WEIGHTS = (70, 14, 10, 6)
COPIES = 0.05
#: Of the closings that do not tell when the pull request was opened, so many are looked up.
LOOKED_UP = 0.2
LATE = 0.03
LATE_DAYS = 7
#: Copies come from as far back as this many lines.
RECENT = 200_000
OBJECTS_PER_BATCH = 4
WORDS = ("fix", "test", "the", "build", "of", "add", "remove", "parser", "update", "docs", "flaky")


class Maker:
    """Makes messages; a few hundred texts are made once and used again and again."""

    def __init__(self, random: Random, events: int, first_day: datetime) -> None:
        self.random = random
        self.first_day = first_day
        self.subjects = max(10, events // 10)
        self.repos = max(5, events // 100)
        self.made = 0
        self.answers: list[str] = []
        self.commits = [self._commit() for _ in range(300)]
        self.bodies = [self._words(40 + random.randrange(120)) for _ in range(300)]
        self.repo_objects = [self._repo_object(number) for number in range(200)]

    def message(self, day: datetime) -> dict[str, object]:
        random = self.random
        late = timedelta(days=random.uniform(0, LATE_DAYS)) if random.random() < LATE else None
        at = day + timedelta(seconds=random.randrange(86_400)) - (late or timedelta())
        at = at.replace(microsecond=0)
        event_type = random.choices(TYPES, WEIGHTS)[0]
        self.made += 1
        repo = random.randrange(self.repos)
        user = min(int(random.paretovariate(1.1)), 50_000)
        return {
            "id": str(40_000_000_000 + self.made),
            "event_type": event_type,
            "repo": f"owner{repo % 997}/project-{repo}",
            "user": f"user{user}",
            "timestamp": text_of(at),
            "repo_id": 1000 + repo,
            "user_id": user,
            "org": f"org{repo % 50}" if repo % 3 == 0 else None,
            "source": "simulator",
            "ingested_at": "",
            "payload": self._payload(event_type, at),
        }

    def _payload(self, event_type: str, at: datetime) -> dict[str, object]:
        if event_type == "PushEvent":
            return self._push(at < TRIMMED_FROM)
        if event_type == "ForkEvent":
            forkee = dict(self.random.choice(self.repo_objects))
            return {"forkee": {**forkee, "id": self.random.getrandbits(40)}}
        subject = self._subject(at)
        if event_type == "IssuesEvent":
            return self._issue(subject, at)
        return self._pull(subject, at)

    def _subject(self, at: datetime) -> int:
        """One of those that are worked on at the time; each day others come and old ones go."""
        day = (at - self.first_day) / timedelta(days=1) + LATE_DAYS
        return int(self.subjects * max(0.0, day) / 20) + self.random.randrange(self.subjects // 4)

    def _push(self, full: bool) -> dict[str, object]:
        random = self.random
        payload: dict[str, object] = {
            "repository_id": random.getrandbits(30),
            "push_id": random.getrandbits(34),
            "ref": f"refs/heads/{random.choice(WORDS)}",
            "head": f"{random.getrandbits(160):040x}",
            "before": f"{random.getrandbits(160):040x}",
        }
        if full:
            size = 1 + random.randrange(4)
            payload |= {"size": size, "distinct_size": random.randrange(size + 1)}
            payload["commits"] = random.choices(self.commits, k=size)
        return payload

    def _issue(self, subject: int, at: datetime) -> dict[str, object]:
        action = self.random.choices(("opened", "closed", "reopened"), (5, 5, 1))[0]
        closing = action == "closed"
        issue = {
            "id": 7_000_000 + subject,
            "number": 1 + subject % 9000,
            "title": self.random.choice(self.bodies)[:60],
            "body": self.random.choice(self.bodies),
            "user": {"login": f"user{subject % 5000}", "id": subject % 5000},
            "labels": [],
            "state": "closed" if closing else "open",
            "state_reason": self.random.choice(("completed", "not_planned")) if closing else None,
            "created_at": text_of(opened_at(subject)),
            "closed_at": text_of(at) if closing else None,
        }
        return {"action": action, "issue": issue}

    def _pull(self, subject: int, at: datetime) -> dict[str, object]:
        full = at < TRIMMED_FROM
        actions = ("opened", "closed", "reopened", "closed" if full else "merged")
        choice = self.random.choices(range(4), (6, 3, 1, 4))[0]
        action = actions[choice]
        pull: dict[str, object] = {
            "id": 9_000_000 + subject,
            "number": 1 + subject % 9000,
            "url": f"https://api.github.com/repos/o/p/pulls/{subject}",
            "head": {"ref": "topic", "sha": f"{self.random.getrandbits(160):040x}"},
            "base": {"ref": "main", "sha": f"{self.random.getrandbits(160):040x}"},
        }
        if full:
            merged = choice == 3
            repo = self.random.choice(self.repo_objects)
            pull |= {
                "title": self.random.choice(self.bodies)[:60],
                "body": self.random.choice(self.bodies),
                "user": {"login": f"user{subject % 5000}", "id": subject % 5000},
                "created_at": text_of(opened_at(subject)),
                "closed_at": text_of(at) if action == "closed" else None,
                "merged": merged,
                "merged_at": text_of(at) if merged else None,
                "head": {"ref": "topic", "repo": self.random.choice(self.repo_objects)},
                "base": {"ref": "main", "repo": repo},
            }
        elif choice in (1, 3) and self.random.random() < LOOKED_UP:
            self._answer(subject)
        return {"action": action, "number": pull["number"], "pull_request": pull}

    def _answer(self, subject: int) -> None:
        """What a look-up of the pull request's opening told."""
        answer = {
            "kind": "pull_opened",
            "event_type": "PullRequestEvent",
            "event_id": str(40_000_000_000 + self.made),
            "subject_id": 9_000_000 + subject,
            "opened_at": text_of(opened_at(subject)),
            "obtained_from": "pulls",
            "status": "ok",
            "source": "simulator",
            "fetched_at": text_of(TRIMMED_FROM + timedelta(days=30)),
        }
        self.answers.append(json.dumps(answer))

    def _commit(self) -> dict[str, object]:
        sha = f"{self.random.getrandbits(160):040x}"
        author = {"email": f"{sha[:8]}@users.noreply.github.com", "name": self._words(2)}
        url = f"https://api.github.com/repos/o/p/commits/{sha}"
        message = self._words(8 + self.random.randrange(20))
        return {"sha": sha, "author": author, "message": message, "distinct": True, "url": url}

    def _repo_object(self, number: int) -> dict[str, object]:
        url = f"https://api.github.com/repos/owner/project-{number}"
        parts = ("forks", "keys", "teams", "hooks", "events", "tags", "trees", "stargazers")
        urls = {f"{part}_url": f"{url}/{part}" for part in parts}
        language = self.random.choice(("TypeScript", "Python", "Go", None))
        return {"id": number, "name": f"project-{number}", "language": language, "url": url, **urls}

    def _words(self, count: int) -> str:
        return " ".join(self.random.choices(WORDS, k=count))


def opened_at(subject: int) -> datetime:
    return TRIMMED_FROM - timedelta(days=25, minutes=subject % 20_000)


def text_of(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def batches(events: int, count: int, seed: int) -> Iterator[tuple[list[str], list[str]]]:
    """Each batch's events and what was looked up, without their places in the topic."""
    random = Random(seed)  # noqa: S311 - the same events each time
    first_day = TRIMMED_FROM - timedelta(days=count // 2)
    maker = Maker(random, events, first_day)
    recent: deque[dict[str, object]] = deque(maxlen=RECENT)
    for number in range(count):
        lines = []
        day = first_day + timedelta(days=number)
        for nth in range(events // count + (number < events % count)):
            if recent and random.random() < COPIES:
                message = dict(recent[random.randrange(len(recent))])
            else:
                message = maker.message(day)
                recent.append(message)
            seen = day + timedelta(days=1, milliseconds=nth)
            message["ingested_at"] = seen.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
            lines.append(json.dumps(message, separators=(",", ":")))
        answers, maker.answers = maker.answers, []
        yield lines, answers


def write_objects(folder: Path, number: int, lines: list[str], topic: str, count: int) -> None:
    day = (TRIMMED_FROM + timedelta(days=number)).strftime("%Y-%m-%d")
    parent = folder / f"batch-{number:02}" / f"ingest_date={day}" / "ingest_hour=00"
    parent.mkdir(parents=True)
    for partition in range(count):
        first = number * 10_000_000
        mine = lines[partition::count]
        placed = (
            f'{line[:-1]},"_partition":{partition},"_offset":{first + nth}}}\n'
            for nth, line in enumerate(mine)
        )
        path = parent / f"{topic}+{partition}+{first:020}.jsonl.gz"
        path.write_bytes(gzip.compress("".join(placed).encode(), 1))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--topic", default="github-events")
    options = parser.parse_args()
    made = batches(options.events, options.batches, options.seed)
    for number, (lines, answers) in enumerate(made):
        folder: Path = options.folder
        write_objects(folder / "events", number, lines, options.topic, OBJECTS_PER_BATCH)
        if answers:
            write_objects(folder / "enrichment", number, answers, "enrichment", 1)


if __name__ == "__main__":
    main()
