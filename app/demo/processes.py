"""The processes of `flask up`: started with a log each, started again when one dies, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

STOPS_WITHIN = 10.0  # seconds; then it is killed
MOST_STARTS, WITHIN = 5, 60.0  # what ends so often in so many seconds will not get better by itself

Tell = Callable[[str], None]


class KeepsEnding(RuntimeError):
    """A process ends as soon as it is started; the message names its log."""


@dataclass(slots=True)
class Child:
    """One process that is to run as long as we do."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the one who stops it in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.started = [*self.started[-MOST_STARTS:], time.monotonic()]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self.process.poll() if self.process else None

    def keeps_ending(self) -> bool:
        return len(self.started) > MOST_STARTS and self.started[-1] - self.started[0] < WITHIN

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait_for_end(self) -> None:
        """Wait for its end; kill it, and what it started, when that takes too long."""
        if self.process is None:
            return
        try:
            self.process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def look_after(children: Sequence[Child], tell: Tell) -> None:
    """Start again what has ended, with a word; raises KeepsEnding for what will not run."""
    for child in children:
        code = child.exit_code()
        if code is None:
            continue
        if child.keeps_ending():
            raise KeepsEnding(f"The {child.name} keeps ending. Why is in {child.log}.")
        tell(f"The {child.name} ended (code {code}) and is started again. Why is in {child.log}.")
        child.start()


def stop_all(children: Sequence[Child]) -> None:
    """Stop them together and wait for all."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait_for_end()
