"""The database of the demo: migrated where needed, made anew on demand, its server stopped by whoever started it."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import psycopg
from alembic import command
from alembic.config import Config
from flask import current_app

from app import config
from app.core import embedded, operations
from app.core.db import db
from app.core.unit_of_work import unit_of_work


class NotOurs(RuntimeError):
    """The database is not the embedded one, so it is not for us to drop."""


def needs_migration() -> bool:
    """Whether the tables are not those of this code."""
    with unit_of_work():
        return operations.migrations() is not None


def migrate() -> None:
    """Bring the tables to those of this code, as their owner."""
    settings = Config()
    settings.set_main_option("script_location", current_app.config["MIGRATIONS"])
    settings.attributes["url"] = config.current().owner_database_url
    command.upgrade(settings, "head")


def make_anew() -> None:
    """Drop the database and make it again, empty; raises NotOurs for a server that is not the embedded one."""
    if "DATABASE_URL" in os.environ:
        raise NotOurs("DATABASE_URL names a server of your own. Empty it yourself, then try again.")
    db.session.remove()
    db.engine.dispose()
    server, name = embedded.ensure_running(postgres_folder()), config.local_database(config.current().kind)
    embedded.drop_database(server, name)
    embedded.ensure_database(server, name)
    migrate()


def stop_server_if_ours() -> bool:
    """Stop the embedded PostgreSQL where this process started it and nobody else uses it by now; says whether."""
    folder = postgres_folder()
    db.session.remove()
    db.engine.dispose()
    return _started_by_us(folder) and not _is_used_by_others(folder) and embedded.stop(folder)


def postgres_folder() -> Path:
    """Where the embedded PostgreSQL keeps its data."""
    return config.var_folder() / "postgres"


def _started_by_us(folder: Path) -> bool:
    """A server that is younger than this process was started by it: the settings do so when they are read."""
    try:
        postmaster = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        return bool(postmaster.create_time() > psutil.Process(os.getpid()).create_time())
    except (OSError, ValueError, IndexError, psutil.Error):
        return False


def _is_used_by_others(folder: Path) -> bool:
    # A test run in this checkout has its databases on the same server; who is still in ours belongs to us.
    others = "select count(*) from pg_stat_activity where datname <> all(%s)"
    mine = [config.local_database(config.current().kind), "postgres"]
    address = embedded.ensure_running(folder).superuser_url.replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        row = connection.execute(others, [mine]).fetchone()
    return bool(row and row[0])
