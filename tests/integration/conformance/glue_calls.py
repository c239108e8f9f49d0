"""Runs the steps of glue-calls.json through boto3.

python glue_calls.py STEPS.json RUN BUCKET

Prints a line of JSON a step: null where it went as expected, else what was seen.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

FINAL = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")


def fill(value: Any, known: dict[str, str]) -> Any:
    """Puts what is known in the place of `$name`."""
    text = json.dumps(value)
    for name, found in known.items():
        text = text.replace(f"${name}", found)
    return json.loads(text)


def at(answer: Any, path: str) -> Any:
    """The value at `a.0.b`; None where there is nothing."""
    for part in path.split("."):
        if isinstance(answer, list):
            answer = answer[int(part)] if int(part) < len(answer) else None
        else:
            answer = answer.get(part) if isinstance(answer, dict) else None
    return answer


def differs(seen: Any, expected: Any) -> bool:
    if expected == "*":
        return seen is None
    if isinstance(expected, str) and expected.startswith("~"):
        return re.search(expected[1:], str(seen)) is None
    return bool(seen != expected)


def run_step(glue: Any, step: dict[str, Any], known: dict[str, str]) -> str | None:
    call = getattr(glue, re.sub(r"(?<!^)(?=[A-Z])", "_", step["call"]).lower())
    request = fill(step.get("input", {}), known)
    try:
        answer = call(**request)
        while "until" in step and at(answer, step["until"]) not in FINAL:
            time.sleep(0.1)
            answer = call(**request)
    except ClientError as error:
        text = str(error).replace("\n", " ")
        wanted = step.get("error")
        return None if wanted is not None and re.search(wanted, text) else f"refused: {text}"
    if "error" in step:
        return f"not refused: {answer}"
    for path, expected in fill(step.get("expect", {}), known).items():
        if differs(at(answer, path), expected):
            return f"{path} is {at(answer, path)!r}, not {expected!r}"
    for name, path in step.get("save", {}).items():
        known[name] = str(at(answer, path))
    return None


def main() -> None:
    steps, run, bucket = sys.argv[1:4]
    glue = boto3.client("glue")
    known = {"run": run, "bucket": bucket}
    for step in json.loads(Path(steps).read_text()):
        print(json.dumps(run_step(glue, step, known)), flush=True)


main()
