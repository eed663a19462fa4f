"""`flask up` as make run calls it: one command, everything answers, Ctrl-C leaves nothing behind."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from app.core import embedded

HOME = Path(__file__).resolve().parents[2]
FLASK = [str(Path(sys.executable).with_name("flask")), "--app", "wsgi"]
ADMIN = [
    "--organisation",
    "Riverside",
    "--given-name",
    "Ruth",
    "--family-name",
    "Adler",
    "--email",
    "ruth@kith.example",
]
PATIENCE = 90.0  # seconds, on a busy machine


@dataclass(frozen=True, slots=True)
class Here:
    """A folder with an empty Kith of its own: somebody is known, so no demo is loaded."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        ours = {"KITH_ENV": "development", "KITH_VAR": str(self.folder), "KITH_PASSWORD": "four calm words here"}
        return {name: value for name, value in os.environ.items() if "PROMETHEUS" not in name} | ours

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*FLASK, *arguments]
        return subprocess.run(command, cwd=HOME, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)

    def processes(self) -> list[psutil.Process]:
        """Everything that runs on this folder's behalf."""
        return [one for one in psutil.process_iter() if _belongs(one, str(self.folder))]


def _belongs(process: psutil.Process, folder: str) -> bool:
    try:
        return folder in " ".join(process.cmdline()) or process.environ().get("KITH_VAR") == folder
    except psutil.Error:
        return False


@pytest.fixture
def here(short_folder: Path) -> Iterator[Here]:
    made = Here(short_folder)
    yield made
    embedded.stop(short_folder / "postgres")


class Running:
    """A command that goes on, and what it says."""

    def __init__(self, here: Here, command: str) -> None:
        self.said = ""
        self.process = subprocess.Popen(
            [*FLASK, command],
            cwd=HOME,
            env=here.environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def until(self, words: str) -> str:
        assert self.process.stdout is not None
        end = time.monotonic() + PATIENCE
        while words not in self.said and time.monotonic() < end:
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line
        return self.said


@pytest.fixture
def up(here: Here) -> Iterator[Running]:
    assert here.run("db", "upgrade").returncode == 0
    assert here.run("create-admin", *ADMIN).returncode == 0
    embedded.stop(here.folder / "postgres")  # so that `flask up` starts it, and stops it
    started = Running(here, "up")
    yield started
    if started.process.poll() is None:
        started.process.kill()
    started.process.communicate()


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_one_command_starts_everything_and_ctrl_c_stops_everything(here: Here, up: Running) -> None:
    said = up.until("Ctrl-C stops everything.")
    assert "Starting PostgreSQL" in said
    port = int(re.findall(r"Kith is ready: http://localhost:(\d+)", said)[0])
    assert [_status(port, path) for path in ("/healthz", "/readyz", "/sign-in", "/metrics")] == [200] * 4

    again = here.run("up")
    assert again.returncode == 1
    assert f"running from this folder already: http://localhost:{port}" in again.stderr

    (worker,) = [one for one in here.processes() if "worker" in one.cmdline()]
    worker.kill()
    assert "The worker ended (code -9) and is started again." in up.until("is started again")

    up.process.send_signal(signal.SIGINT)
    rest, _ = up.process.communicate(timeout=PATIENCE)
    assert up.process.returncode == 0, rest
    assert "PostgreSQL has stopped." in rest
    assert here.processes() == []


def test_a_load_that_is_cut_off_stops_in_order_and_is_known_next_time(here: Here) -> None:
    loading = Running(here, "reset-demo")
    loading.until("Living it through")
    loading.process.send_signal(signal.SIGTERM)
    rest, _ = loading.process.communicate(timeout=PATIENCE)
    assert loading.process.returncode == 0, rest
    assert "Stopping ..." in rest
    assert (here.folder / "development.loading").exists()
    assert here.processes() == []


def test_a_year_is_played_only_into_a_demo(here: Here) -> None:
    assert "There is no whole demo here" in here.run("demo-year").stderr
    assert here.run("db", "upgrade").returncode == 0
    empty = here.run("demo-year")
    assert empty.returncode == 1
    assert "There is no demo here yet. make run loads it" in empty.stderr
