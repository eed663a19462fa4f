"""What every row about a patient has in the slices above: its patient and their organisation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Row


def one_of(column: str, words: tuple[str, ...]) -> str:
    """A check that a column holds one of these words."""
    return f"{column} in ({', '.join(repr(word) for word in words)})"


class OfPatient(Row):
    """A row about a patient, by whom it was made."""

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))


class ReadAtAddress(OfPatient):
    """A calendar of somebody, read at a secret address until it is taken back; what stands in it is its slice's."""

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    ended_at: Mapped[datetime | None]
