"""How much there is, who was reminded to order more, and calendars that read along."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.patients.models import OfPatient, ReadAtAddress


class StockCount(Base, OfPatient):
    """How much of a medicine was there when somebody counted, or how much came; append-only."""

    __tablename__ = "stock_count"
    __table_args__ = (
        Index("ix_stock_count_patient_id", "patient_id"),
        Index("ix_stock_count_medicine_id_counted_at", "medicine_id", "counted_at"),
        CheckConstraint("quantity >= 0", name="quantity"),
    )

    medicine_id: Mapped[UUID] = mapped_column(ForeignKey("medicine.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 3))  # in units of the form
    counted_at: Mapped[datetime]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class RefillNudge(Base, OfPatient):
    """Somebody was reminded to order more; once for each person, day it runs out, and distance to it."""

    __tablename__ = "refill_nudge"
    __table_args__ = (
        Index("ix_refill_nudge_patient_id", "patient_id"),
        UniqueConstraint("medicine_id", "person_id", "count_id", "days_before"),
    )

    medicine_id: Mapped[UUID] = mapped_column(ForeignKey("medicine.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    count_id: Mapped[UUID] = mapped_column(ForeignKey("stock_count.id"))
    days_before: Mapped[int]


class CalendarFeed(Base, ReadAtAddress):
    """A secret address at which somebody's calendar reads the doses of a patient, until it is taken back."""

    __tablename__ = "calendar_feed"
    __table_args__ = (Index("ix_calendar_feed_patient_id", "patient_id"),)

    names_medicines: Mapped[bool]
    last_read_at: Mapped[datetime | None]
