"""A worker that ends in the middle of its work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.core.db import db


@contextmanager
def before_commit(number: int) -> Iterator[None]:
    """Who works in the block ends just before this commit of theirs is kept; it is expected to come to that."""
    done = 0

    def dies(*_: object) -> None:
        nonlocal done
        done += 1
        if done == number:
            raise SystemExit

    event.listen(db.engine, "commit", dies)
    try:
        with pytest.raises(SystemExit):
            yield
    finally:
        event.remove(db.engine, "commit", dies)
    db.session.remove()
