"""The only commit in the code: a request, a job or a command that returns is committed, one that raises is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from app.core.db import HotStatement, db

_BEFORE = "before_commit"
_AFTER = "after_commit"


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit what the block did, or nothing of it."""
    session = db.session()
    try:
        yield
        for finish in session.info.pop(_BEFORE, {}).values():
            finish()
        session.commit()
    except BaseException:
        session.rollback()
        _forget(session)
        raise
    for follow in session.info.pop(_AFTER, {}).values():
        follow()


def of_one(statement: HotStatement, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A whole unit of work in one statement: the server commits it by itself, in one round trip instead of three."""
    with db.engine.connect() as connection:
        return statement.run(connection.execution_options(isolation_level="AUTOCOMMIT"), values)


def before_commit(name: str, finish: Callable[[], None]) -> None:
    """Have something done once, last in this transaction."""
    db.session().info.setdefault(_BEFORE, {})[name] = finish


def after_commit(name: str, follow: Callable[[], None]) -> None:
    """Have something done once after the commit; it must not raise and must not matter when it is lost."""
    db.session().info.setdefault(_AFTER, {})[name] = follow


def _forget(session: Session) -> None:
    session.info.pop(_BEFORE, None)
    session.info.pop(_AFTER, None)
