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
_OPEN = text("""
    insert into rate_window (key, opened_at, used) values (:key, :now, 0) on conflict (key) do nothing
""")
_TAKE = text("""
    with before as (
        select key, case when opened_at <= :oldest then 0 else used end as used,
            case when opened_at <= :oldest then :now else opened_at end as opened_at
        from rate_window where key = :key for update
    )
    update rate_window w set used = least(b.used + :wanted, :allowed), opened_at = b.opened_at
    from before b where w.key = b.key returning greatest(least(:wanted, :allowed - b.used), 0)
""")
_GIVE_BACK = text("update rate_window set used = used - 1 where key = :key and used > 0")
_FORGET = text("update rate_window set used = 0 where key = :key")


def spend(key: str, *, allowed: int, per: timedelta) -> None:
    """Use up one try of `key`; raises TooMany past `allowed` in a window. Counted even when the request fails."""
    used, opened_at = _counted(key, per)
    if used > allowed:
        wait = max(1, int((opened_at + per - clock.now()).total_seconds()))
        raise TooMany("Please wait a little before you try again.", retry_after=wait)


def count(key: str, *, per: timedelta) -> int:
    """Use up one try of `key`, and say how many that makes in this window."""
    return _counted(key, per)[0]


def take(key: str, wanted: int, *, allowed: int, per: timedelta) -> int:
    """Use up to so many of what is `allowed` in a window, over all processes; gives how many are granted."""
    now = clock.now()
    values = {"key": _hashed(key), "now": now, "oldest": now - per}
    with db.engine.begin() as connection:
        connection.execute(_OPEN, {"key": values["key"], "now": now})
        granted = connection.execute(_TAKE, values | {"wanted": wanted, "allowed": allowed}).scalar_one()
    return int(granted)


def give_back(key: str) -> None:
    """Make one try undone: only those that were wrong shall count."""
    with db.engine.begin() as connection:
        connection.execute(_GIVE_BACK, {"key": _hashed(key)})


def forget(key: str) -> None:
    """Begin to count anew."""
    with db.engine.begin() as connection:
        connection.execute(_FORGET, {"key": _hashed(key)})


def _counted(key: str, per: timedelta) -> tuple[int, datetime]:
    now = clock.now()
    values = {"key": _hashed(key), "now": now, "oldest": now - per}
    with db.engine.begin() as connection:  # its own transaction: a refused request must still count
        used, opened_at = connection.execute(_SPEND, values).one()
    return used, opened_at


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()[:16]
