"""Seal what has been written: each entry gets its link in the chain of its organisation, soon after it was committed.

No request waits for the chain, so entries are sealed in the order in which they are found, not in that of their ids:
transactions commit in another order than they began. An entry is claimed because it has no seal. Where to look is told
by the numbers of transactions: all below the oldest one that still runs have ended, and whatever they wrote can be
seen; once that is sealed the mark moves there, and whoever commits late stands above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, text

from app.core.audit import chain
from app.core.audit.entries import AuditSeal
from app.core.db import db
from app.core.unit_of_work import unit_of_work

BATCH: Final = 5_000
_NAME: Final = "sealed"
_EVERY: Final = 2**63 - 1
# One sealer at a time for all chains; whoever comes second has nothing to do.
_LOCK = text("select pg_try_advisory_xact_lock(hashtextextended('audit sealer', 0))")
_BOUNDS = text("""
    select pg_snapshot_xmin(now)::text::bigint as ended_below, pg_snapshot_xmax(now)::text::bigint as begun_below,
        coalesce((select below from audit_mark where name = :name), 0) as mark
    from pg_current_snapshot() as now
""")
_UNSEALED = """
    from audit_entry e where e.written_in >= :mark and e.written_in < :top
    and not exists (select from audit_seal s where s.entry_id = e.id)
"""
_FIND = text(f"select e.* {_UNSEALED} order by e.written_in limit :batch")
_COUNT = text(f"select count(*) from (select {_UNSEALED} limit 1000000) as waiting")  # noqa: S608  built from the constants of this code
_MOVE = text("""
    insert into audit_mark (name, below) values (:name, :below)
    on conflict (name) do update set below = excluded.below where audit_mark.below <> excluded.below
""")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which transactions an unsealed entry can be, as of one moment."""

    ended_below: int
    begun_below: int
    mark: int

    @property
    def is_of_elsewhere(self) -> bool:
        """Was the mark made by another server, whose count was ahead? Then everything is looked at, once."""
        return self.mark > self.begun_below

    @property
    def values(self) -> dict[str, int]:
        if self.is_of_elsewhere:
            return {"mark": 0, "top": _EVERY}
        return {"mark": self.mark, "top": self.begun_below}


def seal_all(batch: int = BATCH) -> int:
    """Seal every entry that has been committed; each batch in a transaction of its own. Returns how many."""
    total = 0
    while True:
        with unit_of_work():
            sealed = _seal_some(batch)
        total += sealed
        if sealed < batch:
            return total


def unsealed() -> int:
    """How many entries wait for the sealer, as far as it looks."""
    return db.session.scalar(_COUNT, _bounds().values) or 0


def _seal_some(batch: int) -> int:
    if not db.session.scalar(_LOCK):
        return 0
    bounds = _bounds()
    rows = db.session.execute(_FIND, bounds.values | {"batch": batch}).mappings().all()
    for organisation_id, entries in groupby(sorted(rows, key=_place), lambda row: row["organisation_id"]):
        _add_to_chain(organisation_id, list(entries))
    is_whole = len(rows) < batch
    if is_whole or not bounds.is_of_elsewhere:
        below = bounds.ended_below if is_whole else min(bounds.ended_below, rows[-1]["written_in"])
        db.session.execute(_MOVE, {"name": _NAME, "below": below})
    return len(rows)


def _bounds() -> Bounds:
    return Bounds(**db.session.execute(_BOUNDS, {"name": _NAME}).mappings().one())


def _place(row: Mapping[Any, Any]) -> tuple[str, Any, UUID]:
    return str(row["organisation_id"]), row["created_at"], row["id"]


def _add_to_chain(organisation_id: UUID | None, entries: Sequence[Mapping[Any, Any]]) -> None:
    last = db.session.execute(
        select(AuditSeal.number, AuditSeal.digest)
        .where(AuditSeal.organisation_id == organisation_id)
        .order_by(AuditSeal.number.desc())
        .limit(1)
    ).first()
    before, previous = (last.number, last.digest) if last else (0, chain.BEGINNING)
    seals = []
    for number, entry in enumerate(entries, before + 1):
        previous = chain.digest(previous, number, dict(entry))
        seals.append(
            {"entry_id": entry["id"], "organisation_id": organisation_id, "number": number, "digest": previous}
        )
    db.session.execute(insert(AuditSeal), seals)
