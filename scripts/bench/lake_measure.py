"""Runs a command and tells what its whole process tree took, as one line of JSON on standard error.

    python lake_measure.py FILE COMMAND ARGUMENT...

CPU is what the kernel adds up for processes that have ended and were waited for, so that nothing
short-lived is missed; memory is the greatest sum of the resident sets met, read ten times a second.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

SAMPLE_SECONDS = 0.1


def resident_kb(root: int) -> int:
    """The resident sets of a process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rsplit(")", 1)[1].split()[1])
    family = {root}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    total = 0
    for pid in family:
        try:
            fields = Path(f"/proc/{pid}/statm").read_text().split()
        except OSError:
            continue
        total += int(fields[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    return total


def main(argv: list[str]) -> int:
    target, command = Path(argv[0]), argv[1:]
    started = time.monotonic()
    process = subprocess.Popen(command)  # noqa: S603 - the bench's own command
    peak_kb = 0
    over = threading.Event()

    def sample() -> None:
        nonlocal peak_kb
        while not over.wait(SAMPLE_SECONDS):
            peak_kb = max(peak_kb, resident_kb(process.pid))

    sampler = threading.Thread(target=sample)
    sampler.start()
    code = process.wait()
    seconds = time.monotonic() - started
    over.set()
    sampler.join()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_rss_mb": round(peak_kb / 1024),
    }
    target.write_text(json.dumps(figures), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
