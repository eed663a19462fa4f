"""The measures of a patient with their charts, for every audience."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.alerts import queries as alerts
from app.patients.admission import AdmittedPatient
from app.protocols import queries as protocols
from app.protocols.content import Severity
from app.readings import queries
from app.web import trends
from app.web.trends import Span


def measures(patient: AdmittedPatient, span: Span, only: str | None = None) -> list[dict[str, Any]]:
    """The measures of a patient with readings in this span, those the plans ask for first."""
    plans, newest = protocols.plans_as_applied(patient), queries.newest(patient)
    asked = [ask.measure for plan in plans for ask in plan.protocol.ask]
    names = [name for name in dict.fromkeys([*asked, *newest]) if only in (None, name)]
    known = [name for name in names if name in newest and newest[name].measured_at >= span.start]
    series = {name: queries.series(patient, name, span.start) for name in known}
    marks = _marks(patient, [row.id for rows in series.values() for row in rows])
    return [trends.measure(name, rows, marks, plans, span) for name, rows in series.items() if rows]


def _marks(patient: AdmittedPatient, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The severity each reading caused; one still to be judged says so."""
    found = alerts.findings_of(patient, ids)
    # What only asks the sender for something says nothing of the value.
    severities = {one: [Severity(f.severity) for f in rows if not f.is_prompt] for one, rows in found.items()}
    marks = {one: str(max(rows, key=lambda s: s.rank)) for one, rows in severities.items() if rows}
    return marks | dict.fromkeys(alerts.unjudged(patient, ids), "not_judged")
