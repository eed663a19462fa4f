"""Bring in the history of a patient from the rows of a file, in batches, each in a unit of work of its own.

What came before a crash stays and what comes again is known by its id, so running again goes on where it ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from app.access.permissions import Permission
from app.core import audit
from app.patients.admission import AdmittedPatient
from app.readings import queries
from app.readings.importing.rows import BrokenRow, OtherRow, ReadingRow, Row, StrangerRow
from app.readings.service import recording
from app.readings.service.recording import Outcome, Received

MOST_AT_ONCE = 500
OTHER_CONTENT = "It was imported before with other content (another time zone, perhaps). Nothing was changed."


class Found(Protocol):
    """A finding, as far as counting goes."""

    rule: str
    severity: str


class FindingsOf(Protocol):
    """Reads the running findings of some readings of one patient; assembly hands in who does."""

    def __call__(self, patient: AdmittedPatient, reading_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Found]]: ...


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that became no reading although it is meant as one, and why."""

    line: int
    outcome: str  # broken, refused or different
    reason: str
    text: str


@dataclass(slots=True)
class Report:
    """What became of the rows of a file."""

    readings: list[ReadingRow] = field(default_factory=list)
    stored: int = 0
    known: int = 0
    strangers: int = 0
    near_duplicates: int = 0
    others: Counter[tuple[str, str]] = field(default_factory=Counter)  # by code and what it means
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)  # by rule and severity
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def rows(self) -> int:
        broken = self.left_out_as("broken")
        return len(self.readings) + self.strangers + sum(self.others.values()) + broken

    def left_out_as(self, outcome: str) -> int:
        return sum(one.outcome == outcome for one in self.left_out)


def report_on(rows: Iterable[Row]) -> Report:
    """What a file holds, before anything is stored; its readings in order of time, whatever the order of the file.

    In order of time a batch spans little time, so that judging it reads no more than its own neighbourhood.
    """
    report = Report()
    for row in rows:
        match row:
            case ReadingRow():
                report.readings.append(row)
            case OtherRow():
                report.others[row.code, row.label] += 1
            case StrangerRow():
                report.strangers += 1
            case BrokenRow():
                report.left_out.append(LeftOut(row.line, "broken", row.reason, row.text))
    report.readings.sort(key=lambda row: row.entry.measured_at)
    return report


def batches(report: Report, size: int) -> Iterator[Sequence[ReadingRow]]:
    """The readings of a file, so many at a time."""
    for start in range(0, len(report.readings), size):
        yield report.readings[start : start + size]


def bring_in(patient: AdmittedPatient, rows: Sequence[ReadingRow], report: Report, *, by: UUID) -> list[LeftOut]:
    """Record one batch as history and count what became of it; returns the rows that were left out."""
    audit.note(
        audit.Entry(
            role="operator",
            action=Permission.ADD_READINGS,
            organisation_id=patient.organisation_id,
            patient_id=patient.id,
            actor_id=by,
            purpose="import",
        )
    )
    received = recording.record(patient, [row.entry for row in rows], by=by, is_history=True)
    stored = [one for one in received if one.outcome is Outcome.STORED]
    report.stored += sum(one.is_new for one in stored)
    report.known += sum(not one.is_new for one in stored)
    left_out = [
        _left_out(row, one) for row, one in zip(rows, received, strict=True) if one.outcome is not Outcome.STORED
    ]
    report.left_out += left_out
    return left_out


def conclude(patient: AdmittedPatient, report: Report, findings_of: FindingsOf) -> None:
    """Count the near-duplicates and the findings of a file's readings, new and known alike."""
    for rows in batches(report, MOST_AT_ONCE):
        ids = [row.entry.id for row in rows]
        report.near_duplicates += queries.copies_among(patient, ids)
        for findings in findings_of(patient, ids).values():
            report.findings.update((one.rule, one.severity) for one in findings)


def _left_out(row: ReadingRow, received: Received) -> LeftOut:
    reason = " ".join(why for _, why in received.reasons) or OTHER_CONTENT
    return LeftOut(row.line, str(received.outcome), reason, row.text)
