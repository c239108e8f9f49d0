"""What a run is doing, told where its caller can read it: the same on AWS and here."""

from __future__ import annotations

import json
import time
from collections.abc import Callable


class Progress:
    """Writes ``{"stage", "done", "total", "updated_at_ms"}`` at the beginning of each stage.

    A stage that cannot be told stops nothing.

    :param write: puts a text where the caller looks; None where nobody asked
    """

    def __init__(self, write: Callable[[str], None] | None, total: int) -> None:
        self._write = write
        self._total = total
        self._done = 0

    def stage(self, name: str) -> None:
        if self._write is not None:
            text = json.dumps(
                {
                    "stage": name,
                    "done": self._done,
                    "total": self._total,
                    "updated_at_ms": int(time.time() * 1000),
                }
            )
            try:
                self._write(text)
            except Exception as error:
                print(f"the stage {name} could not be told: {error}")
        self._done += 1
