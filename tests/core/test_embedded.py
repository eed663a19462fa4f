"""The embedded server at the real thing: every test starts PostgreSQL in a short folder of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from app.core import embedded

PROJECT = Path(__file__).resolve().parents[2]
NOBODY = 65534
START = (
    "import sys, pathlib; from app.core import embedded; server = embedded.ensure_running(pathlib.Path(sys.argv[1]))"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where a server may live; the path is short because a socket's name may have 107 bytes."""
    place = Path(tempfile.mkdtemp(prefix="k", dir="/tmp"))
    yield place / "pg"
    embedded.stop(place / "pg")
    shutil.rmtree(place)


def ask(server: embedded.Server, statement: str, role: str = "postgres", database: str = "postgres") -> list[tuple]:
    with psycopg.connect(server.url(role, database).replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=PROJECT, text=True, stdin=pipe, stdout=pipe, stderr=pipe)


def output(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.strip()


def test_keeps_what_it_confirms_and_has_room(folder: Path) -> None:
    server = embedded.ensure_running(folder)
    names = ("fsync", "synchronous_commit", "max_connections", "shared_buffers", "max_wal_size", "listen_addresses")
    found = {name: ask(server, f"SHOW {name}")[0][0] for name in names}
    assert found == {
        "fsync": "on",
        "synchronous_commit": "on",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
        "listen_addresses": "",
    }


def test_other_users_of_the_machine_cannot_connect(folder: Path) -> None:
    server = embedded.ensure_running(folder)
    assert (server.socket_dir / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700


def test_an_error_leaves_no_value_in_the_log(folder: Path) -> None:
    server = embedded.ensure_running(folder)
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        ask(server, "SELECT '943 476 5919'::int")
    assert "943 476 5919" not in (folder / "log").read_text()


def test_no_role_that_serves_is_a_superuser(folder: Path) -> None:
    server = embedded.ensure_running(folder)
    rows = ask(
        server,
        "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
        " WHERE rolname LIKE 'kith%' ORDER BY 1",
    )
    assert rows == [
        ("kith_app", True, False, False, False),
        ("kith_owner", True, False, False, True),
        ("kith_worker", True, False, False, False),
    ]


def test_the_owner_makes_tables_and_hands_on_the_other_roles(folder: Path) -> None:
    server = embedded.ensure_running(folder)
    embedded.ensure_database(server, "kith")
    ask(server, "CREATE TABLE note (words text)", "kith_owner", "kith")
    ask(server, "GRANT INSERT ON note TO kith_app", "kith_owner", "kith")
    ask(server, "INSERT INTO note VALUES ('hello')", "kith_app", "kith")
    ask(server, "CREATE ROLE deployer", "kith_owner", "kith")
    ask(server, "GRANT kith_app, kith_worker TO deployer", "kith_owner", "kith")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server, "SELECT * FROM note", "kith_app", "kith")


def test_databases_are_made_once_cloned_and_dropped(folder: Path) -> None:
    server = embedded.ensure_running(folder)
    assert embedded.ensure_database(server, "template_kith")
    assert not embedded.ensure_database(server, "template_kith")
    ask(server, "CREATE TABLE note AS SELECT 'hello' AS words", "kith_owner", "template_kith")
    embedded.clone_database(server, "template_kith", "clone")
    assert ask(server, "SELECT words FROM note", "kith_owner", "clone") == [("hello",)]
    with psycopg.connect(server.url("kith_owner", "clone").replace("+psycopg", "")):
        embedded.drop_database(server, "clone")
    embedded.drop_database(server, "clone")
    assert ask(server, "SELECT count(*) FROM pg_database WHERE datname = 'clone'") == [(0,)]


def test_asking_again_gives_the_same_server(folder: Path) -> None:
    server = embedded.ensure_running(folder)
    first = postmaster(folder)
    assert embedded.ensure_running(folder) == server
    assert postmaster(folder) == first


def test_starts_again_after_its_postmaster_is_killed(folder: Path) -> None:
    server = embedded.ensure_running(folder)
    ask(server, "CREATE TABLE note AS SELECT 'kept' AS words")
    killed = postmaster(folder)
    os.kill(killed, signal.SIGKILL)
    again = embedded.ensure_running(folder)
    assert postmaster(folder) != killed
    assert ask(again, "SELECT words FROM note") == [("kept",)]


def test_a_number_that_now_belongs_to_another_process_is_not_its_postmaster(folder: Path) -> None:
    """As in a container that has started again with the same process numbers."""
    embedded.ensure_running(folder)
    left = (folder / "postmaster.pid").read_text()
    embedded.stop(folder)
    (folder / "postmaster.pid").write_text(left.replace(left.split()[0], str(os.getpid()), 1))
    assert ask(embedded.ensure_running(folder), "SELECT 1") == [(1,)]


def test_a_postmaster_that_nobody_reaped_is_dead(folder: Path) -> None:
    """As in a container whose first process reaps nothing."""
    embedded.ensure_running(folder)
    left = (folder / "postmaster.pid").read_text()
    embedded.stop(folder)
    (folder.parent / "postgres").symlink_to(shutil.which("true") or "/bin/true")
    zombie = subprocess.Popen([folder.parent / "postgres"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)  # it has ended and stays unreaped
    (folder / "postmaster.pid").write_text(left.replace(left.split()[0], str(zombie.pid), 1))
    (folder / ".s.PGSQL.5432.lock").write_text(f"{zombie.pid}\n")
    assert ask(embedded.ensure_running(folder), "SELECT 1") == [(1,)]
    zombie.wait()


def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    code = f"from app.core import embedded; print('ready', flush=True); input(); {START}"
    code += "; print(server.socket_dir, embedded.ensure_database(server, 'kith'))"
    starting = [python(code, folder) for _ in range(6)]
    assert [process.stdout and process.stdout.readline() for process in starting] == ["ready\n"] * 6
    for process in starting:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = sorted(output(process) for process in starting)
    assert said == [f"{folder} False"] * 5 + [f"{folder} True"]
    assert (folder / "log").read_text().count("ready to accept connections") == 1


def test_outlives_the_process_that_started_it(folder: Path) -> None:
    output(python(START, folder))
    first = postmaster(folder)
    assert ask(embedded.ensure_running(folder), "SELECT 1") == [(1,)]
    assert postmaster(folder) == first


def test_stops_and_keeps_its_data(folder: Path) -> None:
    ask(embedded.ensure_running(folder), "CREATE TABLE note AS SELECT 'kept' AS words")
    assert embedded.stop(folder)
    assert not embedded.stop(folder)
    assert not (folder / "postmaster.pid").exists()
    assert ask(embedded.ensure_running(folder), "SELECT words FROM note") == [("kept",)]


def test_nothing_to_stop_where_nothing_was_started(folder: Path) -> None:
    assert not embedded.stop(folder)


@pytest.mark.parametrize("user", [None, NOBODY] if os.geteuid() == 0 else [None])
def test_any_user_may_run_it(folder: Path, user: int | None) -> None:
    """As root the server runs as a user of its own; everybody else runs it as themselves."""
    os.chown(folder.parent, os.geteuid() if user is None else user, -1)
    child = os.fork()  # and no exec: the interpreter itself may lie where only root may read
    if child == 0:
        done = False
        with suppress(BaseException):
            os.setuid(os.geteuid() if user is None else user)
            done = embedded.ensure_database(embedded.ensure_running(folder), "kith") and embedded.stop(folder)
        os._exit(0 if done else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert user is None or (folder / "base").stat().st_uid == user


def test_says_why_it_cannot_start(folder: Path) -> None:
    embedded.ensure_running(folder)
    embedded.stop(folder)
    with (folder / "postgresql.auto.conf").open("a") as file:
        file.write("max_connections = many\n")
    code = "from app.core import embedded; embedded.PATIENCE = 1.0; " + START
    process = python(code, folder)
    assert 'invalid value for parameter "max_connections"' in process.communicate(timeout=60)[1]
