"""Licensed instruments are off until an administrator records the licence; one that expired stops new ratings only."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.ratings.instrument import Instrument
from app.ratings.models import InstrumentLicence
from app.ratings.queries import instruments


def may_begin(organisation_id: UUID, one: Instrument, today: date) -> None:
    """Raise Conflict, in words, where no rating may be begun with this instrument on this day."""
    if not one.is_licensed:
        return
    licence = instruments.licence(organisation_id, one.code)
    if licence is None:
        raise Conflict(f"{one.name} needs a licence, and none is recorded here.")
    if licence.expires_on < today:
        raise Conflict(f"The licence for {one.name} has expired. Earlier ratings stay where they are.")


def usable(organisation_id: UUID, today: date) -> list[Instrument]:
    """The instruments with which a rating may be begun."""
    running = {one.code: one for one in instruments.licences(organisation_id) if one.ended_at is None}
    return [
        one
        for one in instruments.registry().values()
        if not one.is_licensed or (one.code in running and running[one.code].expires_on >= today)
    ]


def record(
    organisation_id: UUID, code: str, *, holder: str, number: str, approval: str, expires_on: date, by: UUID
) -> InstrumentLicence:
    """Record a licence in the place of the one before. Raises NotFound, and Invalid for what needs none or is over."""
    one = instruments.newest(code)
    if not one.is_licensed:
        raise Invalid(f"{one.name} needs no licence.")
    if expires_on < clock.now().date():
        raise Invalid("This licence is over already.", errors=[{"pointer": "/expires_on", "detail": "A day to come."}])
    before = instruments.licence(organisation_id, code)
    if before is not None:
        _end(before, by)
    made = InstrumentLicence(
        organisation_id=organisation_id, code=code, holder=holder, number=number, approval=approval,
        expires_on=expires_on, recorded_by=by,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def end(organisation_id: UUID, licence_id: UUID, by: UUID) -> InstrumentLicence:
    """End a licence: no new rating from this commit on. Ended before, it stays as it was. Raises NotFound."""
    licence = db.session.get(InstrumentLicence, licence_id)
    if licence is None or licence.organisation_id != organisation_id:
        raise NotFound
    if licence.ended_at is None:
        _end(licence, by)
    return licence


def _end(licence: InstrumentLicence, by: UUID) -> None:
    licence.ended_at, licence.ended_by = clock.now(), by
    db.session.flush()
