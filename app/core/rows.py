"""Whose rows a transaction may reach: what row-level security in PostgreSQL is told, for one transaction at a time.

The guard decides first; this is the second wall, for the filter somebody forgets (docs/decisions/0014-row-security.md).
Without a word of it a transaction of the web reaches no row of any patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, SessionTransaction

from app.core.db import db

_KEPT, _BEFORE = "reach", "reach before a savepoint"
# Read by the policies of the migration that made them; set only for the transaction (`true`), never for the session.
SETTINGS = ("kith.service", "kith.person", "kith.organisations", "kith.patients", "kith.teams", "kith.whole")
_TELL = text("select " + ", ".join(f"set_config('{name}', :{name[5:]}, true)" for name in SETTINGS))


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose rows: of these patients in these organisations, of these teams, of whole organisations, or one's own."""

    person_id: UUID | None = None
    organisations: tuple[UUID, ...] = ()
    patients: tuple[UUID, ...] = ()
    teams: tuple[UUID, ...] = ()
    whole: tuple[UUID, ...] = ()
    is_service: bool = False  # work that no person asked for: everything

    def settings(self) -> dict[str, str]:
        return {
            "service": "on" if self.is_service else "",
            "person": str(self.person_id or ""),
            "organisations": _array(self.organisations),
            "patients": _array(self.patients),
            "teams": _array(self.teams),
            "whole": _array(self.whole),
        }


SERVICE = Reach(is_service=True)
NOBODY = Reach()


def reach(reach: Reach) -> None:
    """Reach these rows from now on: in this transaction and in those of this session that follow."""
    session = db.session()
    if session.in_transaction():
        session.connection().execute(_TELL, reach.settings())  # taking the connection may begin with what held before
    told(reach)


def told(reach: Reach) -> None:
    """The same where a statement has told this transaction already, or none has begun."""
    db.session().info[_KEPT] = reach


def reached() -> Reach | None:
    """What this session reaches; None: nobody has said, so it is what the connection was made for."""
    kept: Reach | None = db.session().info.get(_KEPT)
    return kept


def back_to(before: Reach | None) -> None:
    """Reach what was reached before, where a decision since has made it something else."""
    if before is not None and reached() != before:
        reach(before)


def reach_also(organisation_id: UUID, patient_ids: Iterable[UUID]) -> None:
    """Reach some patients besides, whom a decision just made has admitted."""
    now = reached()
    if now is None or now.is_service:
        return
    organisations = tuple({*now.organisations, organisation_id})
    reach(replace(now, organisations=organisations, patients=tuple({*now.patients, *patient_ids})))


def reach_whole(organisations: Iterable[UUID]) -> None:
    """Reach every record of some organisations besides, for what is asked of all: is this number enrolled?"""
    now = reached()
    if now is None or now.is_service:
        return
    reach(replace(now, whole=tuple({*now.whole, *organisations})))


@contextmanager
def within(wanted: Reach) -> Iterator[None]:
    """Reach other rows for a while, and then those of before.

    Where nobody had said anything before, the transaction stays as it is and the next one begins as the first.
    """
    before = reached()
    reach(wanted)
    try:
        yield
    except BaseException:
        db.session().info[_KEPT] = before  # the transaction may be over, and take no more statements
        raise
    if before is not None:
        reach(before)
    db.session().info[_KEPT] = before


def only(organisation_id: UUID, patient_id: UUID) -> AbstractContextManager[None]:
    """Within it the rows of one patient alone, for work that has just learnt whom it is about."""
    return within(Reach(organisations=(organisation_id,), patients=(patient_id,)))


def _array(ids: tuple[UUID, ...]) -> str:
    return "{" + ",".join(map(str, ids)) + "}" if ids else ""


@event.listens_for(Session, "after_begin")
def _tell(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    kept: Reach | None = session.info.get(_KEPT)
    if kept is not None and not transaction.nested:
        connection.execute(_TELL, kept.settings())


@event.listens_for(Session, "after_transaction_create")
def _remember(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault(_BEFORE, WeakKeyDictionary())[transaction] = session.info.get(_KEPT)


@event.listens_for(Session, "after_soft_rollback")
def _take_back(session: Session, previous: SessionTransaction) -> None:
    # PostgreSQL takes back with a savepoint what was said inside it; so must the session.
    if previous.nested and previous in session.info.get(_BEFORE, {}):
        session.info[_KEPT] = session.info[_BEFORE][previous]
