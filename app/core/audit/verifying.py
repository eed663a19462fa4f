"""Walk the chains and name what does not fit: an entry or a seal that was changed, dropped, added or swapped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text

from app.core.audit import chain
from app.core.audit.entries import AuditEntry, AuditSeal
from app.core.db import db

# Entries of one moment are sealed within some minutes of each other, whatever order they were committed in.
OUT_OF_ORDER: Final = timedelta(hours=1)
AT_ONCE: Final = 2_000
_ENTRY: Final = tuple(column.key for column in AuditEntry.__table__.columns)
_UNSEALED = text("""
    select e.id, e.organisation_id, e.written_in < coalesce((select below from audit_mark), 0) as is_behind
    from audit_entry e where not exists (select from audit_seal s where s.entry_id = e.id)
""")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not fit: which entry, where in which chain, and what is wrong."""

    organisation_id: UUID | None
    number: int | None
    entry_id: UUID | None
    what: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last seal of a chain at some time; published where this application cannot write it again."""

    organisation_id: UUID | None
    number: int
    digest: str


@dataclass(slots=True)
class Verdict:
    """What was found: it speaks for sealed entries only, and says how many are not sealed yet."""

    sealed: int = 0
    unsealed: int = 0
    faults: list[Fault] = field(default_factory=list)


def heads() -> list[Head]:
    """The head of every chain."""
    last = select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)
    found = [db.session.scalars(last.where(AuditSeal.organisation_id == one)).one() for one in _begun()]
    return [Head(seal.organisation_id, seal.number, seal.digest.hex()) for seal in found]


def verify(published: Iterable[Head] = (), only: UUID | None = None) -> Verdict:
    """Check every chain, or that of one organisation, and that every published head still stands in its chain."""
    db.session.execute(text("set local statement_timeout = 0"))  # every entry there is takes longer than an answer may
    verdict = Verdict()
    known = [head for head in published if only is None or head.organisation_id == only]
    for organisation_id in [only] if only else _all_chains(known):
        mine = {head.number: head.digest for head in known if head.organisation_id == organisation_id}
        _Walk(organisation_id, verdict, mine).walk()
    for row in db.session.execute(_UNSEALED, execution_options={"yield_per": AT_ONCE}):
        if only is None or row.organisation_id == only:
            _judge_unsealed(row, verdict)
    return verdict


def _judge_unsealed(row: Row[Any], verdict: Verdict) -> None:
    verdict.unsealed += 1
    if row.is_behind:
        what = "has no seal although the sealer has passed it: its seal was dropped, or the entry was put in afterwards"
        verdict.faults.append(Fault(row.organisation_id, None, row.id, what))


def _begun() -> Sequence[UUID | None]:
    return db.session.scalars(select(AuditSeal.organisation_id).where(AuditSeal.number == 1)).all()


def _all_chains(known: Iterable[Head]) -> list[UUID | None]:
    sealed = set(db.session.scalars(select(AuditSeal.organisation_id).distinct()))
    return sorted(sealed | {head.organisation_id for head in known}, key=str)


class _Walk:
    """One chain from its first seal to its last."""

    def __init__(self, organisation_id: UUID | None, verdict: Verdict, published: Mapping[int, str]) -> None:
        self.organisation_id, self.verdict, self.published = organisation_id, verdict, dict(published)
        self.number, self.previous = 0, chain.BEGINNING  # of the seal before
        self.newest: datetime | None = None

    def walk(self) -> None:
        for seal, entry in self._rows():
            self.verdict.sealed += 1
            follows = self._follows(seal)
            if entry is None:
                self._fault(seal.number, seal.entry_id, "is sealed and no longer there: the entry was dropped")
            elif follows:
                self._look(seal, entry)
            self._compare(seal)
            self.number, self.previous = seal.number, seal.digest
        for number in self.published:
            what = f"was published as a head, and the chain ends at {self.number}: its tail was dropped"
            self._fault(number, None, what)

    def _rows(self) -> Iterator[tuple[Any, Mapping[str, Any] | None]]:
        asked = (
            select(AuditSeal.entry_id, AuditSeal.number, AuditSeal.digest, *AuditEntry.__table__.columns)
            .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
            .where(AuditSeal.organisation_id == self.organisation_id)
            .order_by(AuditSeal.number)
            .execution_options(yield_per=AT_ONCE)
        )
        for row in db.session.execute(asked):
            entry = dict(zip(_ENTRY, row[3:], strict=True))
            yield row, entry if entry["id"] else None

    def _follows(self, seal: Any) -> bool:
        """Is the seal before it there, so that this one can be computed again?"""
        if seal.number == self.number + 1:
            return True
        missing = f"{self.number + 1}" + (f" to {seal.number - 1}" if seal.number > self.number + 2 else "")
        self._fault(seal.number, seal.entry_id, f"stands after a gap: seal {missing} was dropped")
        return False

    def _look(self, seal: Any, entry: Mapping[str, Any]) -> None:
        if chain.digest(self.previous, seal.number, entry) != seal.digest:
            what = "does not fit its seal: the entry or a seal was changed, swapped or put in"
            self._fault(seal.number, seal.entry_id, what)
        at = entry["created_at"]
        if self.newest is not None and at < self.newest - OUT_OF_ORDER:
            what = f"says {at:%d %B %Y %H:%M} and stands after {self.newest:%d %B %Y %H:%M}: it was put in afterwards"
            self._fault(seal.number, seal.entry_id, what)
        self.newest = max(at, self.newest or at)

    def _compare(self, seal: Any) -> None:
        digest = self.published.pop(seal.number, None)
        if digest is not None and digest != seal.digest.hex():
            self._fault(seal.number, seal.entry_id, "is not the head that was published: the chain was written anew")

    def _fault(self, number: int, entry_id: UUID | None, what: str) -> None:
        self.verdict.faults.append(Fault(self.organisation_id, number, entry_id, what))
