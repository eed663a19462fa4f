"""How somebody wants to be told: kind by kind, when they are left in peace, and how much a message may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, PreconditionFailed
from app.core.ids import new_id
from app.notifications.models import TellingChoice, TellingManner
from app.notifications.telling import QUIET, How

NOT_YET_CHOSEN = 1


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person has chosen; a category that is not named comes as its kind of thing usually does."""

    categories: Mapping[str, How]
    quiet_from: time | None = QUIET[0]
    quiet_until: time | None = QUIET[1]
    muted_until: datetime | None = None
    detail: str = "usual"
    version: int = NOT_YET_CHOSEN


def of(person_id: UUID) -> Wishes:
    """What this person has chosen, or what holds for everybody until they do."""
    choices = db.session.scalars(select(TellingChoice).where(TellingChoice.person_id == person_id))
    categories = {one.category: How(one.how) for one in choices}
    manner = db.session.scalar(select(TellingManner).where(TellingManner.person_id == person_id))
    if manner is None:
        return Wishes(categories)
    muted = manner.muted_until if manner.muted_until and manner.muted_until > clock.now() else None
    return Wishes(categories, manner.quiet_from, manner.quiet_until, muted, manner.detail, manner.version)


def choose(person_id: UUID, changes: Mapping[str, Any], version: int | None = None) -> Wishes:
    """Change what is named and leave the rest; a category of None is told as usual again.

    Raises Invalid, and PreconditionFailed where it was changed since `version` was read.
    """
    manner = _held(person_id)
    if version is not None and version != manner.version:
        raise PreconditionFailed("This was changed since you read it. Read it again.")
    _check(changes)
    for name in ("quiet_from", "quiet_until", "muted_until", "detail"):
        if name in changes:
            setattr(manner, name, changes[name])
    for category, how in changes.get("categories", {}).items():
        _set(person_id, str(category), How(how) if how else None)
    db.session.flush()
    return of(person_id)


def mute(person_id: UUID, until: datetime | None) -> None:
    """Tell this person nothing that can wait until then; None: what they chose holds again."""
    _held(person_id).muted_until = until
    db.session.flush()


def choose_as_usual(person_id: UUID) -> None:
    """Write down that this person has had a say; what usually holds is what they chose."""
    _held(person_id)


def _held(person_id: UUID) -> TellingManner:
    """Their row, made where there is none: two at once make one."""
    quiet = {"quiet_from": QUIET[0], "quiet_until": QUIET[1]}
    row = {"id": new_id(), "created_at": clock.now(), "person_id": person_id, "detail": "usual", "version": 1, **quiet}
    db.session.execute(insert(TellingManner).values(row).on_conflict_do_nothing(index_elements=["person_id"]))
    mine = select(TellingManner).where(TellingManner.person_id == person_id).with_for_update()
    return db.session.scalars(mine.execution_options(populate_existing=True)).one()


def _set(person_id: UUID, category: str, how: How | None) -> None:
    if how is None:
        mine = (TellingChoice.person_id == person_id, TellingChoice.category == category)
        db.session.execute(delete(TellingChoice).where(*mine))
        return
    row = {
        "id": new_id(),
        "created_at": clock.now(),
        "person_id": person_id,
        "category": category,
        "how": str(how),
    }
    wanted = insert(TellingChoice).values(row)
    same = ["person_id", "category"]
    db.session.execute(wanted.on_conflict_do_update(index_elements=same, set_={"how": str(how)}))


def _check(changes: Mapping[str, Any]) -> None:
    if ("quiet_from" in changes) != ("quiet_until" in changes):
        raise _invalid("quiet_until", "Give both, from when and until when.")
    if (changes.get("quiet_from") is None) != (changes.get("quiet_until") is None):
        raise _invalid("quiet_until", "Give both, from when and until when, or neither.")
    muted = changes.get("muted_until")
    if muted is not None and muted <= clock.now():
        raise _invalid("muted_until", "This time has passed.")


def _invalid(name: str, detail: str) -> Invalid:
    return Invalid("Please mend what is named and send it again.", errors=[{"pointer": f"/{name}", "detail": detail}])
