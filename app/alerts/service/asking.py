"""Whether an unusual value is asked about before it is stored. A red one never waits for that (clinical.md 1)."""

from __future__ import annotations

from app.core import clock
from app.patients.admission import AdmittedPatient
from app.protocols import queries as protocols
from app.protocols.content import Severity
from app.readings.intake import Accepted
from app.readings.observed import Observed
from app.rules import evaluation

AT_ONCE = (Severity.RED, Severity.EMERGENCY)


def asks_first(patient: AdmittedPatient, one: Accepted) -> bool:
    """Is it unusual, and would nobody have to look at it at once?"""
    if "confirm" not in one.marks:
        return False
    reading = Observed(
        one.id,
        one.measure,
        one.measured_at,
        one.value,
        one.value_2,
        one.comparator,
        one.code,
        one.on_oxygen,
        one.at_rest,
        one.meal,
        one.symptoms,
    )
    plans = protocols.plans_as_applied(patient)
    found = evaluation.evaluate(plans, reading, [reading], received_at=clock.now(), zone=patient.zone)
    return not any(finding.severity in AT_ONCE for finding in found)
