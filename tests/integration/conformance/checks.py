"""Named checks of a client, and the calls of Athena and Glue that it makes meanwhile."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import boto3

calls: set[str] = set()
checks: list[Callable[[], None]] = []


def check(function: Callable[[], None]) -> Callable[[], None]:
    """Registers a check; the order is that of the file."""
    checks.append(function)
    return function


@contextmanager
def refusal(kind: type[Exception], words: str) -> Iterator[None]:
    """What is done inside must fail so, with these words in the error's text."""
    try:
        yield
    except kind as error:
        if words in str(error):
            return
        raise
    raise AssertionError("it did not fail")


def watch(session: boto3.Session) -> boto3.Session:
    """Notes each call that the session's clients make."""

    def note(event_name: str, **_more: object) -> None:
        _, service, call = event_name.split(".")
        if service in ("athena", "glue"):
            calls.add(f"{service}.{call}")

    session.events.register("before-call.athena.*", note)
    session.events.register("before-call.glue.*", note)
    return session


def run_checks() -> None:
    """Runs all, and prints what came of each, then the calls."""
    seen: dict[str, str | None] = {}
    for function in checks:
        try:
            function()
            seen[function.__name__] = None
        except Exception:
            seen[function.__name__] = traceback.format_exc(limit=-6)[-1500:]
    print(json.dumps({"checks": seen, "calls": sorted(calls)}))
