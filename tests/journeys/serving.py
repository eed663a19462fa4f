"""A web server of the real kind (granian, processes of its own) on a database of its own, that can be killed."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.core import embedded
from tests.conftest import HOME, SECRETS

PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(server: embedded.Server, database: str, **more: str) -> dict[str, str]:
    """What a process of Kith is told on this database."""
    urls = {
        f"{prefix}DATABASE_URL": server.url(role, database)
        for prefix, role in (("", "kith_app"), ("WORKER_", "kith_worker"), ("OWNER_", "kith_owner"))
    }
    return {"PATH": os.environ["PATH"], **SECRETS, **urls, **more}


@contextmanager
def worker(settings: dict[str, str], log: Path) -> Iterator[None]:
    """`flask worker` as it is started for real, while the block lasts; stopped as an operator stops it."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    with log.open("ab") as written:
        process = subprocess.Popen(command, cwd=HOME, env=settings, stdout=written, stderr=written)
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


@dataclass
class Web:
    """Granian with one worker process; `kill` is kill -9 of all of it, `start` again takes the same port."""

    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    log: Path = Path(os.devnull)
    process: subprocess.Popen[bytes] | None = None
    refused: list[bytes] = field(default_factory=list)  # answers of 400 and more, for whoever searches them

    def start(self) -> None:
        granian = Path(sys.executable).with_name("granian")
        command = [
            granian,
            "--interface",
            "wsgi",
            "--port",
            str(self.port),
            "--workers",
            "1",
            "--blocking-threads",
            "8",
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--log-level", "error", "wsgi:app"],
                cwd=HOME,
                env=self.environment,
                start_new_session=True,
                stdout=log,
                stderr=log,
            )
        self._answers()

    def _answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            with suppress(OSError, http.client.HTTPException), closing(connection):
                connection.request("GET", "/api/me")
                with closing(connection.getresponse()) as answer:
                    if answer.status == 401:
                        return
            time.sleep(0.05)
        raise AssertionError("The web server did not come up.")

    def kill(self) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
