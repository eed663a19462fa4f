"""Throttling kept in PostgreSQL, so that every process counts the same tries."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, db
from app.core.errors import TooMany


class RateWindow(Base):
    """How often one key was used in one window; the key is hashed, it may be an address or an account."""

    __tablename__ = "rate_window"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    used: Mapped[int]


_SPEND = text("""
    insert into rate_window as w (key, opened_at, used) values (:key, :now, 1)
    on conflict (key) do update set
        used = case when w.opened_at <= :oldest then 1 else w.used + 1 end,
        opened_at = case when w.opened_at <= :oldest then :now else w.opened_at end
    returning used, opened_at
""")


def spend(key: str, *, allowed: int, per: timedelta) -> None:
    """Use up one try of `key`; raises TooMany past `allowed` in a window. Counted even when the request fails."""
    now = clock.now()
    values = {"key": hashlib.sha256(key.encode()).digest()[:16], "now": now, "oldest": now - per}
    with db.engine.begin() as connection:  # its own transaction: a refused request must still count
        used, opened_at = connection.execute(_SPEND, values).one()
    if used > allowed:
        wait = max(1, int((opened_at + per - now).total_seconds()))
        raise TooMany("Please wait a little before you try again.", retry_after=wait)
