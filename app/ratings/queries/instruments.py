"""Which instruments there are: loaded from files, kept by version, licensed to whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app.core.db import db
from app.core.errors import NotFound
from app.ratings import instrument
from app.ratings.instrument import Instrument
from app.ratings.models import InstrumentLicence, InstrumentVersion


def registry() -> Mapping[str, Instrument]:
    """The newest version of every instrument that was loaded, by its code."""
    loaded: Mapping[str, Instrument] = current_app.extensions["instruments"]
    return loaded


def newest(code: str) -> Instrument:
    """The version that a new rating is made with. Raises NotFound."""
    found = registry().get(code)
    if found is None:
        raise NotFound
    return found


def kept(ids: Collection[UUID]) -> dict[UUID, Instrument]:
    """The versions that ratings were made with, whatever became of their files and licences."""
    rows = db.session.scalars(select(InstrumentVersion).where(InstrumentVersion.id.in_(ids))) if ids else ()
    return {row.id: instrument.from_content(row.content, row.digest) for row in rows}


def licence(organisation_id: UUID, code: str) -> InstrumentLicence | None:
    """The running licence of an organisation for an instrument; it may have expired."""
    where = (InstrumentLicence.organisation_id == organisation_id, InstrumentLicence.code == code)
    return db.session.scalar(select(InstrumentLicence).where(*where, InstrumentLicence.ended_at.is_(None)))


def licences(organisation_id: UUID) -> list[InstrumentLicence]:
    """Every licence that an organisation recorded, the newest first."""
    found = select(InstrumentLicence).where(InstrumentLicence.organisation_id == organisation_id)
    return list(db.session.scalars(found.order_by(InstrumentLicence.created_at.desc(), InstrumentLicence.id)))


def recorded(licence_id: UUID, organisation_ids: Collection[UUID]) -> InstrumentLicence:
    """A licence that one of these organisations recorded. Raises NotFound."""
    where = (InstrumentLicence.id == licence_id, InstrumentLicence.organisation_id.in_(organisation_ids))
    found = db.session.scalar(select(InstrumentLicence).where(*where))
    if found is None:
        raise NotFound
    return found
