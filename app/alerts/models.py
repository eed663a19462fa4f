"""Tables of alerts: findings, alerts (episodes), and what happened to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Row
from app.core.sealed import Sealed

SEVERITIES = ("note", "amber", "red", "emergency")
OUTCOMES = {
    "advice_given": "Advice given",
    "visit_arranged": "Visit arranged",
    "medicine_reviewed": "Medicine reviewed by prescriber",
    "hospital": "Gone to hospital",
    "device_problem": "Problem with the device",
    "false_alarm": "False alarm",
    "patient_well": "Patient is well",
    "passed_to_gp": "Passed to the GP",
    "passed_to_111": "Passed to 111",
    "passed_to_999": "Passed to 999",
    "died": "The patient has died",
    "recorded_in_error": "Recorded in error",
}
# Given by Kith itself, to an alert that stood for "not judged", once it was judged after all.
JUDGED = "judged"


class Alert(Base, Row):
    """An episode: at most one open for a patient, measure, direction and family; later findings join it."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "uq_alert_open_episode",
            "patient_id",
            "measure",
            "direction",
            "family",
            unique=True,
            postgresql_where=text("state <> 'resolved'"),
        ),
        Index("ix_alert_worklist", "team_id", postgresql_where=text("state <> 'resolved'")),
        Index(
            "ix_alert_acknowledge_by",
            "acknowledge_by",
            postgresql_where=text("state = 'open' and lead_told_at is null"),
        ),
        Index("ix_alert_patient_id_opened_at", "patient_id", "opened_at"),
        CheckConstraint("state in ('open', 'acknowledged', 'resolved')", name="state"),
        CheckConstraint("severity in ('note', 'amber', 'red', 'emergency')", name="severity"),
        CheckConstraint("(state = 'resolved') = (outcome is not null)", name="resolved_with_outcome"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    measure: Mapped[str]
    direction: Mapped[str]
    family: Mapped[str]
    severity: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    why: Mapped[str]
    opened_at: Mapped[datetime]
    acknowledge_by: Mapped[datetime]
    # The worst of it that was news when it came; null: all of it came late. Texts and escalation go by this.
    fresh_severity: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    lead_told_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str | None]
    previous_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def is_late(self) -> bool:
        return self.fresh_severity is None


class Finding(Base, Row):
    """What a rule concluded of one reading."""

    __tablename__ = "finding"
    __table_args__ = (
        # Judging again finds the same thing again, not a second one.
        UniqueConstraint("patient_id", "reading_id", "protocol", "rule"),
        Index("ix_finding_alert_id", "alert_id"),
        Index(
            "ix_finding_repeat_until",
            "repeat_until",
            postgresql_where=text("repeat_until is not null and is_confirmed is null and withdrawn_at is null"),
        ),
        Index("ix_finding_patient_id_measure_measured_at", "patient_id", "measure", "measured_at"),
    )

    organisation_id: Mapped[UUID]
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    reading_id: Mapped[UUID]
    alert_id: Mapped[UUID | None] = mapped_column(ForeignKey("alert.id"))
    protocol: Mapped[str]
    version: Mapped[str]
    rule: Mapped[str]
    measure: Mapped[str]
    direction: Mapped[str]
    family: Mapped[str]
    severity: Mapped[str]
    measured_at: Mapped[datetime]
    value: Mapped[float | None]
    value_2: Mapped[float | None]
    comparator: Mapped[str | None]
    limit: Mapped[float | None]
    limit_name: Mapped[str | None]
    limit_origin: Mapped[str]
    why: Mapped[str]  # for the coordinator
    means: Mapped[str]  # for the patient: what the value means
    do: Mapped[str]  # for the patient: what to do
    look_by: Mapped[datetime | None]  # what the patient was told: somebody looks by then
    repeat_until: Mapped[datetime | None]
    is_confirmed: Mapped[bool | None]
    is_prompt: Mapped[bool] = mapped_column(default=False)  # only asks the sender for something
    is_late: Mapped[bool] = mapped_column(default=False)
    withdrawn_at: Mapped[datetime | None]


class AlertEvent(Base, Row):
    """One step in the life of an alert: who, when, what; append-only."""

    __tablename__ = "alert_event"
    __table_args__ = (
        Index("ix_alert_event_patient_id", "patient_id"),
        Index("ix_alert_event_alert_id", "alert_id"),
    )

    organisation_id: Mapped[UUID]
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id"))
    kind: Mapped[str]
    severity: Mapped[str | None]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    text_sealed: Mapped[bytes | None]

    text = Sealed()
