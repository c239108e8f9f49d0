"""Runs the steps of athena-calls.json through boto3 or through the AWS CLI's own code.

python athena_calls.py boto3|cli STEPS.json RUN OUTPUT

Prints a line of JSON a step: null where it went as expected, else what was seen.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Call = Callable[[str, dict[str, Any]], Any]

FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")


class Refused(Exception):
    """The service's own error, with its name in the text."""


def snake(name: str, joiner: str) -> str:
    """StartQueryExecution as start_query_execution or start-query-execution."""
    return re.sub(r"(?<!^)(?=[A-Z])", joiner, name).lower()


def by_boto3() -> Call:
    import boto3
    from botocore.exceptions import ClientError

    athena = boto3.client("athena")

    def call(name: str, request: dict[str, Any]) -> Any:
        try:
            return getattr(athena, snake(name, "_"))(**request)
        except ClientError as error:
            raise Refused(str(error)) from error

    return call


def by_cli() -> Call:
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()

    def call(name: str, request: dict[str, Any]) -> Any:
        out, err = io.StringIO(), io.StringIO()
        words = ["athena", snake(name, "-"), "--cli-input-json", json.dumps(request)]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = driver.main([*words, "--output", "json", "--no-paginate"])
        if code != 0:
            raise Refused(err.getvalue() + out.getvalue())
        return json.loads(out.getvalue() or "{}")

    return call


def fill(value: Any, known: dict[str, str]) -> Any:
    """Puts what is known in the place of `$name`."""
    if isinstance(value, str):
        for name, text in known.items():
            value = value.replace(f"${name}", text)
        return value
    if isinstance(value, list):
        return [fill(item, known) for item in value]
    if isinstance(value, dict):
        return {name: fill(item, known) for name, item in value.items()}
    return value


def at(answer: Any, path: str) -> Any:
    """The value at `a.0.b`; None where there is nothing."""
    for part in path.split("."):
        if isinstance(answer, list):
            answer = answer[int(part)] if int(part) < len(answer) else None
        elif isinstance(answer, dict):
            answer = answer.get(part)
        else:
            return None
    return answer


def differs(seen: Any, expected: Any) -> bool:
    if expected == "*":
        return seen is None
    if isinstance(expected, str) and expected.startswith("~"):
        return re.search(expected[1:], str(seen)) is None
    return bool(seen != expected)


def run_step(step: dict[str, Any], call: Call, known: dict[str, str]) -> str | None:
    request = fill(step.get("input", {}), known)
    try:
        answer = call(step["call"], request)
        until = step.get("until")
        while until is not None and at(answer, until) not in FINAL:
            time.sleep(0.1)
            answer = call(step["call"], request)
    except Refused as error:
        text = str(error).replace("\n", " ")
        wanted = step.get("error")
        if wanted is None or re.search(wanted, text) is None:
            return f"refused: {text.strip()}"
        return None
    if "error" in step:
        return f"not refused: {answer}"
    for path, expected in fill(step.get("expect", {}), known).items():
        if differs(at(answer, path), expected):
            return f"{path} is {at(answer, path)!r}, not {expected!r}"
    for name, path in step.get("save", {}).items():
        known[name] = str(at(answer, path))
    return None


def main() -> None:
    client, steps, run, output = sys.argv[1:5]
    call = by_boto3() if client == "boto3" else by_cli()
    known = {"run": run, "output": output}
    for step in json.loads(Path(steps).read_text()):
        print(json.dumps(run_step(step, call, known)), flush=True)


main()
