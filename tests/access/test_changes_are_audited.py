"""Whatever anybody changes is written down with who, as what, for whom: every operation, taken back at the commit."""

from __future__ import annotations

import pytest

from app.access.guards import OnPatient
from app.access.roles import Role
from app.core.audit.entries import IN_VAIN, AuditEntry
from tests.access import calling, matrix
from tests.access.conftest import Stage
from tests.access.matrix import Answer, Operation
from tests.access.personas import PERSONAS, Persona

# One of each kind of caller who changes anything.
CHANGERS = (
    "mary herself",
    "nurse adeyemi",
    "her monitor",
    "priya, her named coordinator",
    "clinician",
    "lead",
    "acting for mary in everything",
    "member with every grant",
)

# Their audit is written by the statement that stores the readings, and taken back with it: what is kept of them
# tests/records/test_everything_is_audited.py sees.
WITH_THEIR_FACTS = {
    "POST /api/patients/<uuid:patient_id>/readings",
    "POST /api/patients/<uuid:patient_id>/readings/upload",
    "POST /api/patients/<uuid:patient_id>/check-ins",
    "POST /my/<uuid:patient_id>/readings/new/<measure>",
    "POST /my/<uuid:patient_id>/unsent/readings/<measure>",
}


def changes(stage: Stage, persona: Persona) -> list[Operation]:
    return [
        one
        for one in stage.operations
        if one.method != "GET" and isinstance(one.access, OnPatient) and str(one) not in WITH_THEIR_FACTS
        if matrix.expected(persona, one) is Answer.ADMITTED
    ]


def tried(stage: Stage, persona: Persona, operation: Operation) -> list[AuditEntry]:
    """What is written when it is done as far as the commit and taken back: the try stays, as one in vain."""
    with calling.audited() as entries:
        seen = stage.line(persona.name).call(operation)
    assert seen.status == calling.Done.status, (str(operation), seen.status)
    assert all(one.action.startswith(IN_VAIN) for one in entries), str(operation)
    return entries


@pytest.mark.parametrize("name", CHANGERS)
def test_a_change_of_a_record_names_who_as_what_and_for_whom(stage: Stage, name: str) -> None:
    persona = next(one for one in PERSONAS if one.name == name)
    person, mary = stage.line(name).person.id, stage.cast.world.mary.id
    for operation in changes(stage, persona):
        permission = operation.access.permission  # type: ignore[union-attr]
        acts = Role.ACTING in persona.roles
        asked = [one for one in tried(stage, persona, operation) if one.action == f"{IN_VAIN}{permission}"]
        found = [(one.actor_id, one.patient_id, one.on_behalf_of) for one in asked]
        assert (person, stage.victim.patient_id, mary if acts else None) in found, (str(operation), found)
        assert {one.role for one in asked} <= {str(role) for role in persona.roles}, str(operation)


def _is_in_the_way_of_all(operation: Operation) -> bool:
    """Whether what stands there refuses it to whoever may do it."""
    return operation.row.conflict is not None and not any(
        matrix.expected(persona, operation) is Answer.ADMITTED for persona in PERSONAS if persona.name in CHANGERS
    )


def test_every_change_of_a_record_is_tried_by_somebody(stage: Stage) -> None:
    asked = {
        str(one)
        for one in stage.operations
        if one.method != "GET" and isinstance(one.access, OnPatient) and not _is_in_the_way_of_all(one)
    }
    covered = {str(one) for persona in PERSONAS if persona.name in CHANGERS for one in changes(stage, persona)}
    assert covered == asked - WITH_THEIR_FACTS
    assert asked > WITH_THEIR_FACTS
