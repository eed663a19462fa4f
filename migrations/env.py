"""Alembic's environment: migrations run as the owner, one step a transaction, waiting briefly for locks."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool, text

import app
from app.core.db import Base

OTHERS = "procrastinate_"  # the task queue brings its own tables


for module in pkgutil.walk_packages(app.__path__, "app."):
    # Every table of every slice, also of those that nothing has imported yet.
    if module.name.endswith(
        (".models", "core.audit", "core.events", "core.idempotency", "core.limits", "core.scheduler")
    ):
        importlib.import_module(module.name)


def _is_ours(_: Any, name: str | None, kind: str, __: bool, ___: Any) -> bool:
    return not (kind == "table" and name and name.startswith(OTHERS))


def run() -> None:
    """Run migrations on the owner's connection."""
    url = context.config.attributes.get("url") or current_app.config["KITH"].owner_database_url
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        # A migration that waits for a lock makes everybody behind it wait: better to fail and try again.
        connection.execute(text("set lock_timeout = '5s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=_is_ours,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
