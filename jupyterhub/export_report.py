"""Execute a notebook and write it as one self-contained HTML page.

`workbench report` runs this file with the Python of the virtual environment. The job comes as one
line of JSON on standard input; the answer to `executed`, what is to stand in the page beside the
notebook, is another. When it closes, the caller is gone and the kernel is stopped. What happens is
told on standard output, one JSON object a line:

    {"event": "kernel"}                              the kernel is starting
    {"event": "cell", "number": 2, "of": 7, "line"}  a code cell begins (counted from 1)
    {"event": "executed"}                            all of them are done: the caller answers
    {"event": "failed", "reason", …}                 it ended badly (exit code 1)
    {"event": "done", "bytes", "charts"}             the page is at the job's `output`
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import re
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Literal, TypedDict

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from report_page import count_charts, render_page

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# How long a cell that was told to stop may take to stop what it had started.
INTERRUPT_SECONDS = 5.0
# What of the job stands in the page; the caller's answer adds `data` and `coverage`.
FACTS: tuple[Literal["code", "parameters", "dataset", "notice", "generatedAt", "version"], ...] = (
    "code",
    "parameters",
    "dataset",
    "notice",
    "generatedAt",
    "version",
)


class Job(TypedDict):
    """What is to be exported, and how; the caller has applied parameters already."""

    notebook: dict[str, Any]
    name: str
    folder: str
    kernel: str
    code: str
    parameters: list[dict[str, Any]]
    dataset: str
    notice: str | None
    generatedAt: str
    version: str
    templates: str
    scripts: list[str]
    output: str


def tell(event: str, **fields: object) -> None:
    """Write one line of progress for the caller."""
    print(json.dumps({"event": event, **fields}), flush=True)


def first_line(source: str) -> str:
    """Return the first line of a cell that says something, for progress and error messages."""
    lines = [line.strip() for line in source.splitlines()]
    return next((line for line in lines if line and not line.startswith("//")), "")[:80]


def error_text(cell: NotebookNode, error: CellExecutionError) -> str:
    """Return what a failed cell said; tslab writes errors to the stream stderr only."""
    streams = [
        output.text
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]
    text = ANSI.sub("", "".join(streams)).strip()
    return text or error.evalue or error.ename


async def execute(notebook: NotebookNode, job: Job) -> dict[str, object] | None:
    """Execute every cell in place; return what went wrong, or None.

    SIGTERM interrupts the cell first, so that it can stop what it has started elsewhere.
    """
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    current: dict[str, Any] = {"number": 0, "line": ""}
    stopping: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()

    def on_cell(cell: NotebookNode, **_: object) -> None:
        current.update(number=code_cells.index(cell) + 1, line=first_line(cell.source))
        tell("cell", of=len(code_cells), **current)

    async def stop() -> None:
        if client.km is not None:
            await ensure_async(client.km.interrupt_kernel())
            await asyncio.wait([task], timeout=INTERRUPT_SECONDS)
        task.cancel()

    def on_start(**_: object) -> None:
        # nbclient has just set its own handlers, which end the kernel without asking the cell.
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, lambda: stopping.append(loop.create_task(stop())))

    client = NotebookClient(
        notebook,
        kernel_name=job["kernel"],
        timeout=None,
        startup_timeout=180,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": job["folder"]}},
        on_notebook_start=on_start,
        on_cell_execute=on_cell,
        coalesce_streams=True,
    )
    tell("kernel")
    task = asyncio.create_task(client.async_execute())
    try:
        await task
    except (asyncio.CancelledError, CellExecutionError, DeadKernelError, NoSuchKernel) as error:
        if stopping or isinstance(error, asyncio.CancelledError):
            return {"reason": "stopped"}
        if isinstance(error, CellExecutionError):
            cell = code_cells[current["number"] - 1]
            return {"reason": "cell", **current, "error": error_text(cell, error)}
        return {"reason": "no-kernel" if isinstance(error, NoSuchKernel) else "kernel-died"}
    return None


def listen() -> queue.SimpleQueue[str]:
    """Read the caller's lines; stop this process, and its kernel with it, when they end."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def watch() -> None:
        for line in sys.stdin:
            lines.put(line)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    return lines


def export(job: Job, lines: queue.SimpleQueue[str]) -> int:
    """Run the job; return the exit code."""
    notebook = nbformat.reads(json.dumps(job["notebook"]), as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    failure = asyncio.run(execute(notebook, job))
    if failure is not None:
        tell("failed", **failure)
        return 1
    tell("executed")
    answer: dict[str, Any] = json.loads(lines.get())
    page = render_page(
        notebook,
        templates=Path(job["templates"]),
        scripts=[Path(path) for path in job["scripts"]],
        name=job["name"],
        facts={key: job[key] for key in FACTS} | answer,
    )
    output = Path(job["output"])
    output.write_text(page, encoding="utf-8")
    tell("done", bytes=output.stat().st_size, charts=count_charts(notebook))
    return 0


def main() -> int:
    """Read the job and run it."""
    lines = listen()
    job: Job = json.loads(lines.get())
    return export(job, lines)


if __name__ == "__main__":
    # Leave at once: nothing that is still open here matters once the page is written.
    code = main()
    sys.stdout.flush()
    os._exit(code)
