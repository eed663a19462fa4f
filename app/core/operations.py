"""What operators ask: is it alive, is it ready, how is it doing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Response, current_app
from sqlalchemy import func, select, text

from app.core import clock, metrics
from app.core.db import db
from app.core.scheduler import Tick

TICK_IS_FRESH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold; `look` returns what is wrong and what to do, or nothing."""

    name: str
    look: Callable[[], str | None]
    stops_traffic: bool = True


@dataclass
class Operations:
    """What the slices hand in, through assembly, for operators to see."""

    checks: list[Check] = field(default_factory=list)
    examinations: list[Check] = field(default_factory=list)  # what only `flask doctor` looks at
    gauges: list[metrics.Gauge] = field(default_factory=list)


def of_this_app() -> Operations:
    operations: Operations = current_app.extensions["operations"]
    return operations


def database() -> str | None:
    """The database answers."""
    db.session.execute(text("select 1"))
    return None


def migrations() -> str | None:
    """The tables are those of this code."""
    config = Config()
    config.set_main_option("script_location", current_app.config["MIGRATIONS"])
    head = ScriptDirectory.from_config(config).get_current_head()
    current = MigrationContext.configure(db.session.connection()).get_current_revision()
    return None if head == current else f"The database is at {current}, the code at {head}: run flask db upgrade."


def durable() -> str | None:
    """Nothing answered may be lost: fsync, full_page_writes and synchronous_commit are on."""
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        value = db.session.scalar(select(func.current_setting(name)))
        if value == "off" or (name == "synchronous_commit" and value == "local"):
            return f"{name} is {value}: a crash would lose readings. Set it to on."
    return None


def humble_role() -> str | None:
    """Nothing serves as superuser, owner or a role that passes row-level security."""
    is_high = db.session.scalar(_HIGH_ROLE)
    return "Serve as kith_app or kith_worker, not as owner, superuser or with BYPASSRLS." if is_high else None


_HIGH_ROLE = text("""
    select rolsuper or rolbypassrls or exists (select from pg_tables
        where schemaname = 'public' and pg_has_role(current_user, tableowner, 'member'))
    from pg_roles where rolname = current_user
""")


def ticking() -> str | None:
    """Some worker's clock ticks."""
    last = db.session.scalar(select(func.max(Tick.claimed_at)))
    if last is not None and clock.now() - last <= TICK_IS_FRESH:
        return None
    return "No worker has ticked in the last 30 seconds: start flask worker."


def failing(checks: list[Check]) -> dict[str, str]:
    """The checks that do not hold, each with what is wrong."""
    wrong: dict[str, str] = {}
    for check in checks:
        try:
            with db.session.begin_nested():  # a statement that fails must not fail the checks after it
                fault = check.look()
        except Exception as error:  # a check that cannot look has found something
            fault = f"Cannot be looked at ({type(error).__name__})."
        if fault:
            wrong[check.name] = fault
    return wrong


def ready() -> Response:
    """Ready when every check that stops traffic holds; names all that do not hold."""
    checks = of_this_app().checks
    wrong = failing(checks)
    is_ready = not any(check.name in wrong for check in checks if check.stops_traffic)
    body = current_app.json.dumps({"ready": is_ready, "failing": wrong})
    return Response(body, status=200 if is_ready else 503, mimetype="application/json")


def exposition() -> Response:
    """Metrics in the text format of Prometheus."""
    return Response(metrics.exposition(of_this_app().gauges), mimetype="text/plain; version=0.0.4")


BASIC_CHECKS = [
    Check("database", database),
    Check("migrations", migrations),
    Check("durable", durable),
    Check("role", humble_role),
    Check("tick", ticking),
]
