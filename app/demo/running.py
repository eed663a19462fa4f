"""`flask up` from its first line to its last: database, demo, web, worker, until it is stopped."""

from __future__ import annotations

import fcntl
import http.client
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import config
from app.demo import database, ports, processes
from app.demo.processes import Child, Tell

PROCESSES, THREADS = 2, 4
LOOK_EACH = 0.5  # seconds
READY_WITHIN = 60.0  # seconds
AGAIN = 2.0  # seconds


class CannotRun(RuntimeError):
    """Why Kith cannot run here now, and what to do."""


@dataclass(slots=True)
class Stop:
    """What Ctrl-C does: long work is cut off by an exception; where processes are being started, it is only noted."""

    asked: bool = False
    cuts: bool = True

    def __call__(self, *_: object) -> None:
        self.asked = True
        if self.cuts:
            # Raised while Python tidies up, it is lost: then once more.
            signal.setitimer(signal.ITIMER_REAL, AGAIN)
            raise KeyboardInterrupt


@contextmanager
def only_one() -> Iterator[Path]:
    """One `flask up` or `flask reset-demo` a folder at a time; gives the file that says where it answers."""
    note = config.var_folder() / f"{config.current().kind}.running"
    note.parent.mkdir(parents=True, exist_ok=True)
    with note.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = note.read_text().strip() or "starting"
            raise CannotRun(f"Kith is running from this folder already: {where}. Stop that one first.") from None
        file.truncate(0)
        yield note
        file.truncate(0)


def free_port(asked: int | None, tell: Tell) -> int:
    """The port asked for, else the first free one from 8000; raises CannotRun."""
    if asked is not None:
        if not ports.is_free(asked):
            raise CannotRun(f"Port {asked} is taken by {ports.holder(asked)}. Stop it, or choose another: --port.")
        return asked
    port = ports.next_free()
    if port is None:
        raise CannotRun(f"No port from {ports.FIRST} on is free. Choose one: --port.")
    if port != ports.FIRST:
        tell(f"Port {ports.FIRST} is taken by {ports.holder(ports.FIRST)}, so Kith uses {port}.")
    return port


@contextmanager
def running(port: int, tell: Tell, stop: Stop) -> Iterator[list[Child]]:
    """Web and worker, until the block ends."""
    children = [_web(port), _worker()]
    try:
        for child in children:
            child.start()
        wait_until_ready(children, port, tell, stop)
        yield children
    finally:
        tell("\nStopping ...")
        processes.stop_all(children)


def look_after(children: Sequence[Child], tell: Tell, stop: Stop) -> None:
    """Keep them running until somebody asks to stop."""
    while not stop.asked:
        processes.look_after(children, tell)
        time.sleep(LOOK_EACH)


def wait_until_ready(children: Sequence[Child], port: int, tell: Tell, stop: Stop) -> None:
    """Wait until web and worker answer for each other; raises CannotRun with what is still wrong."""
    end, said = time.monotonic() + READY_WITHIN, "nothing"
    while time.monotonic() < end and not stop.asked:
        processes.look_after(children, tell)
        is_ready, said = _asked(port, "/readyz")
        if is_ready and _asked(port, "/healthz")[0]:
            return
        time.sleep(LOOK_EACH / 2)
    if stop.asked:
        return
    logs = " and ".join(str(child.log) for child in children)
    raise CannotRun(f"Kith did not get ready in {READY_WITHIN:.0f} s. /readyz says: {said}. Look into {logs}.")


def _asked(port: int, path: str) -> tuple[bool, str]:
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status == 200, answer.read().decode(errors="replace")
    except OSError as error:
        return False, type(error).__name__
    finally:
        connection.close()


def _web(port: int) -> Child:
    command = [
        *(_program("granian"), "--interface", "wsgi", "--host", ports.HOST, "--port", str(port)),
        *("--workers", str(PROCESSES), "--blocking-threads", str(THREADS)),
        *("--respawn-failed-workers", "--no-ws", "wsgi:app"),
    ]
    return Child("web", command, _environment(), _log("web"))


def _worker() -> Child:
    return Child("worker", [_program("flask"), "--app", "wsgi", "worker"], _environment(), _log("worker"))


def _program(name: str) -> str:
    """A program of the virtual environment that we run in."""
    return str(Path(sys.executable).with_name(name))


def _environment() -> dict[str, str]:
    settings = config.current()
    metrics = config.var_folder() / "metrics" / settings.kind
    return {
        "KITH_ENV": settings.kind,
        "PUBLIC_URL": settings.public_url,
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
    }


def fresh_metrics() -> None:
    """An empty folder for the counters of all processes: those of dead ones would be added for ever."""
    folder = config.var_folder() / "metrics" / config.current().kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def address(port: int) -> str:
    """Where the browser finds it."""
    return f"http://localhost:{port}"


def _log(name: str) -> Path:
    folder = config.var_folder() / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{config.current().kind}-{name}.log"


def prepare_database(tell: Tell) -> None:
    """Tables as this code needs them; a demo that was cut off while it was loaded is made anew."""
    if loading_mark().exists():
        tell("The demo was not loaded to its end last time: starting over.")
        database.make_anew()
        loading_mark().unlink()
    if database.needs_migration():
        tell("Making the tables ...")
        database.migrate()


def loading_mark() -> Path:
    """The file that is there while the demo is being loaded."""
    return config.var_folder() / f"{config.current().kind}.loading"
