"""What a benchmark runs on: a database, Kith and the bare program under granian, the worker, the provider."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import alembic.command
import alembic.config
import psutil
import psycopg

from app import config
from app.core import embedded
from bench import bare, cpu

PROCESSES, THREADS = 2, 4
ACCOUNT, TOKEN = "AC" + "5" * 32, "stand-in-token"
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Stage:
    """The database server with one database, and the environment in which Kith runs on it."""

    server: embedded.Server
    database: str
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    postmaster: psutil.Process

    def conninfo(self, role: str) -> str:
        return self.server.url(role, self.database).replace("+psycopg", "")


@contextmanager
def stage(server: embedded.Server, database: str, folder: Path) -> Iterator[Stage]:
    """A fresh database with Kith's tables and the bare one; logs go into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    embedded.drop_database(server, database)
    embedded.ensure_database(server, database)
    _migrate(server.url("kith_owner", database))
    postmaster = cpu.postmaster(server.superuser_url.replace("+psycopg", ""))
    made = Stage(server, database, folder, _environment(server, database, folder), postmaster)
    with psycopg.connect(made.conninfo("kith_owner")) as connection:
        connection.execute(bare.TABLE)
    try:
        yield made
    finally:
        embedded.drop_database(server, database)


def settle(stage: Stage) -> None:
    """Let the planner know how full the tables are, as autovacuum does in a database that is in use."""
    with psycopg.connect(stage.conninfo("postgres"), autocommit=True) as connection:
        connection.execute("vacuum analyze")


def _migrate(url: str) -> None:
    settings = alembic.config.Config()
    settings.set_main_option("script_location", str(config.HOME / "migrations"))
    settings.attributes["url"] = url
    alembic.command.upgrade(settings, "head")


def _environment(server: embedded.Server, database: str, folder: Path) -> dict[str, str]:
    """As in production, but for drafts of protocols that may run, and texts that go to the stand-in."""
    counters = folder / "counters"
    counters.mkdir(exist_ok=True)
    for old in counters.iterdir():
        old.unlink()
    return {
        "KITH_ENV": "demo",
        "KITH_VAR": str(folder),
        "SECRET_KEY": secrets.token_hex(32),
        "SEALING_KEYS": f"b1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "INDEX_KEY": secrets.token_hex(32),
        "PUBLIC_URL": "http://localhost",
        "DATABASE_URL": server.url("kith_app", database),
        "WORKER_DATABASE_URL": server.url("kith_worker", database),
        "OWNER_DATABASE_URL": server.url("kith_owner", database),
        "LOG_LEVEL": "info",
        "PROMETHEUS_MULTIPROC_DIR": str(counters),  # two processes count as one, as they must in production
    }


@contextmanager
def started(stage: Stage, name: str, command: list[str], **more: str) -> Iterator[subprocess.Popen[str]]:
    """A process of ours with its log in a file; ended politely, and then not."""
    with (stage.folder / f"{name}.log").open("w") as log:
        process = _popen(stage, command, log, more)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _popen(stage: Stage, command: list[str], log: IO[str], more: Mapping[str, str]) -> subprocess.Popen[str]:
    environment = {**os.environ, **stage.environment, **more}
    whole = [sys.executable, "-m", *command]
    return subprocess.Popen(whole, cwd=config.HOME, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)


@dataclass(frozen=True, slots=True)
class Web:
    """A program that is being served."""

    port: int
    process: psutil.Process


@contextmanager
def served(stage: Stage, application: str, **more: str) -> Iterator[Web]:
    """A WSGI program under granian, the same way for Kith and for the bare one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["granian", "--interface", "wsgi", "--port", str(port), "--workers", str(PROCESSES)]
    command += ["--blocking-threads", str(THREADS), "--log-level", "warning", "--no-ws", application]
    with started(stage, application.partition(":")[0].replace(".", "-"), command, **more) as process:
        _wait(port, process)
        yield Web(port, psutil.Process(process.pid))


def _wait(port: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError as answer:  # it answers, and that is all we ask
            answer.close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError("The web server did not start; its log is beside the database.")


@contextmanager
def kith(stage: Stage) -> Iterator[Web]:
    """Kith itself."""
    with served(stage, "wsgi:app") as web:
        yield web


@contextmanager
def bare_program(stage: Stage) -> Iterator[Web]:
    """The bare ceiling."""
    with served(stage, "bench.bare:app", BARE_CONNINFO=stage.conninfo("kith_app")) as web:
        yield web


class Provider:
    """The stand-in's process; its arrivals are known once it has ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._process = process
        self.base_url = process.stdout.readline().strip()

    def arrivals(self) -> list[tuple[float, str]]:
        """End it and say when which text arrived."""
        self._process.terminate()
        assert self._process.stdout is not None
        listed: list[tuple[float, str]] = json.loads(self._process.stdout.read())
        return listed


@contextmanager
def provider(stage: Stage) -> Iterator[Provider]:
    """The SMS provider."""
    with started(stage, "provider", ["bench.provider", ACCOUNT, TOKEN]) as process:
        yield Provider(process)


class QuickProvider:
    """The same, light enough for a burst; it may refuse what is too many a second."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._process = process
        self.base_url = process.stdout.readline().strip()
        self.refused = 0

    def arrivals(self) -> list[tuple[float, str]]:
        """End it and say when which text arrived, after the number it went to."""
        self._process.terminate()
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.read())
        self.refused = told["refused"]
        arrived: list[tuple[float, str]] = told["arrivals"]
        return arrived


@contextmanager
def quick_provider(stage: Stage, per_second: int = 0) -> Iterator[QuickProvider]:
    """The light SMS provider, which takes so many texts a second; 0: any number."""
    command = ["bench.quick_provider", ACCOUNT, TOKEN, str(per_second)]
    with started(stage, "provider", command) as process:
        yield QuickProvider(process)


@contextmanager
def worker(stage: Stage, provider: Provider | QuickProvider, **more: str) -> Iterator[psutil.Process]:
    """A real worker whose texts go to the stand-in."""
    twilio = {"SMS_CHANNEL": "twilio", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
    twilio |= {"TWILIO_FROM_NUMBER": "+447700900000", "TWILIO_BASE_URL": provider.base_url}
    with started(stage, "worker", ["flask", "--app", "wsgi", "worker"], **twilio, **more) as process:
        yield psutil.Process(process.pid)
