"""Runs the test vectors of a protocol through the same evaluation that patients' readings meet."""

from __future__ import annotations

from uuid import UUID

from app.protocols import applied
from app.protocols.content import Concluded, Protocol, SymptomRule, Unjudgeable, Vector, VectorReading
from app.readings import catalogue
from app.readings.observed import Observed
from app.rules import evaluation


def judge(protocol: Protocol, vector: Vector) -> list[Concluded]:
    """The findings of the vector's judged reading; what nobody can measure is Unjudgeable."""
    for rule in protocol.rules:
        for measure in rule.measures if isinstance(rule, SymptomRule) else (rule.measure,):
            if measure not in catalogue.MEASURES:
                raise Unjudgeable(f"rule {rule.name}: there is no measure {measure}")
    window = [_observed(number, reading) for number, reading in enumerate(vector.readings)]
    limits = {name: applied.Limit(value, "personal", "a clinician", "today") for name, value in vector.limits.items()}
    findings = evaluation.evaluate(
        [applied.AppliedPlan(UUID(int=0), protocol, limits)],
        window[vector.judged],
        window,
        received_at=vector.received_at,
        zone=vector.zone,
    )
    return [
        Concluded(
            rule=finding.rule,
            severity=finding.severity,
            awaiting=finding.awaiting_repeat_until is not None,
            confirmed=finding.confirmed,
            late=finding.late,
            prompt=finding.prompt,
        )
        for finding in findings
    ]


def _observed(number: int, reading: VectorReading) -> Observed:
    if reading.measure not in catalogue.MEASURES:
        raise Unjudgeable(f"there is no measure {reading.measure}")
    return Observed(
        reading_id=UUID(int=number),
        measure=reading.measure,
        measured_at=reading.at,
        value=reading.value,
        value_2=reading.value_2,
        comparator=reading.comparator,
        code=reading.code,
        on_oxygen=reading.on_oxygen,
        at_rest=reading.at_rest,
        meal=reading.meal,
        symptoms=reading.symptoms,
        linked=reading.linked,
    )
