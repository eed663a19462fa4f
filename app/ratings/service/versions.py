"""Keep each version of an instrument as it was when it was first used: its file may change or go, ratings stay."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.ratings.instrument import Instrument
from app.ratings.models import InstrumentVersion
from app.ratings.queries import rated
from app.ratings.service import holding


def asked(code: str, version: int | None) -> tuple[UUID, Instrument]:
    """The version somebody had before them: the newest, or one that was rated with before. Raises Invalid."""
    newest = holding.instrument(code)
    if version in (None, newest.version):
        return row_of(newest).id, newest
    known = rated.version(code, version)
    if known is None:
        detail = f"{newest.name} has no such version."
        raise Invalid(detail, errors=[{"pointer": "/version", "detail": detail}])
    return known


def row_of(one: Instrument) -> InstrumentVersion:
    """The row of this version, written when it is used for the first time.

    Raises Conflict where the file was changed under the same version: ratings of both could not be told apart.
    """
    same = (InstrumentVersion.code == one.code, InstrumentVersion.version == one.version)
    row = db.session.scalar(select(InstrumentVersion).where(*same))
    if row is None:
        values = {"id": new_id(), "created_at": clock.now(), "code": one.code, "version": one.version}
        first = insert(InstrumentVersion).values(**values, digest=one.digest, content=dict(one.content))
        db.session.execute(first.on_conflict_do_nothing())
        row = db.session.scalars(select(InstrumentVersion).where(*same)).one()
    if row.digest != one.digest:
        raise Conflict(
            f"{one.name}, version {one.version}, is not what it was when it was first used. "
            "Whoever runs this service has to give the changed one a version of its own."
        )
    return row
