"""`flask doctor`: everything that must hold for Kith to serve, each with what to do where it does not."""

from __future__ import annotations

from datetime import datetime

import psycopg
from sqlalchemy import text

from app.core import clock, operations
from app.core.db import db

MOST_SKEW = 2.0  # seconds
OLDEST = 15
NO_DATABASE = (
    "Check that PostgreSQL runs, and that DATABASE_URL names its host, the database, kith_app and the password."
)
_TOO_MUCH = """
    select rolsuper or rolbypassrls or exists (select from pg_tables where tableowner = current_user)
    from pg_roles where rolname = current_user
"""
_BROKEN = text("""
    select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
    where not i.indisvalid and c.relnamespace = 'public'::regnamespace order by c.relname
""")


def clock_skew() -> str | None:
    """Leases, tokens and "is this news" compare our clock with times that the database has kept."""
    before = clock.now()
    theirs: datetime = db.session.execute(text("select clock_timestamp()")).scalar_one()
    after = clock.now()
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if skew < MOST_SKEW:
        return None
    return f"The clocks of this machine and of the database differ by {skew:.1f} s: set both by NTP."


def old_server() -> str | None:
    """Kith uses what PostgreSQL 15 brought."""
    number = int(db.session.execute(text("select current_setting('server_version_num')")).scalar_one())
    return None if number >= OLDEST * 10_000 else f"PostgreSQL {number // 10_000} is too old: {OLDEST} or newer serves."


def broken_indexes() -> str | None:
    """An index whose building was cut off is written with each row and never read: what it is for is slow."""
    broken = ", ".join(db.session.scalars(_BROKEN))
    return f"Not valid: {broken}. Run reindex index concurrently for each, as kith_owner." if broken else None


def other_role(conninfo: str) -> str | None:
    """The worker can sign in too, and owns nothing either."""
    with psycopg.connect(conninfo, connect_timeout=5) as connection:
        row = connection.execute(_TOO_MUCH).fetchone()
    return "WORKER_DATABASE_URL names an owner or superuser: use kith_worker." if row and row[0] else None


def examine() -> dict[str, str | None]:
    """Every check by its name, with what is wrong and what to do, or None; of one cause only the cause."""
    checks = [*operations.of_this_app().checks, *operations.of_this_app().examinations]
    wrong = operations.failing(checks)
    if "database" in wrong:
        return {"database": f"{wrong['database']} {NO_DATABASE}"}
    return {check.name: wrong.get(check.name) for check in checks}
