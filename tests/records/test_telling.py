"""Every act has its words, and every line reads as a sentence to whoever reads it."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.access.permissions import Permission
from app.access.roles import Role
from app.core import ids
from app.records import telling
from app.records.telling import Known, Look, Reader
from tests.conftest import NOW

MARY, PRIYA, TOM, OTHER = (UUID(int=number) for number in range(1, 5))
HERSELF = Reader(MARY, PRIYA, "Mary", is_patient=True)
FOR_HER = Reader(MARY, PRIYA, "Mary", is_patient=False)
TOM_KNOWN, PRIYA_KNOWN = Known("Tom Okafor", "son"), Known("Priya Shah", works_at="Riverside Care")


def look(actor: UUID | None, role: str, action: str, purpose: str = "care") -> Look:
    return Look(ids.new_id(), NOW, actor, None, role, action, purpose, None)


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_has_its_words_done_and_tried(permission: Permission) -> None:
    done, tried = telling.ACTS[permission]
    for words in (done, tried):
        assert words.format(you="you", your="your")
        assert not words.endswith(".")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PATIENT}))
def test_every_role_has_its_words(role: Role) -> None:
    assert telling.ROLES[role].format(you="you", your="your")


CASES = {
    "the named coordinator": (
        look(PRIYA, "coordinator", "see_readings"),
        PRIYA_KNOWN,
        "Priya Shah, your care coordinator, read your readings.",
    ),
    "another coordinator": (
        look(OTHER, "coordinator", "see_plan"),
        Known("Ann Lee", works_at="Riverside Care"),
        "Ann Lee, a care coordinator, read your plan.",
    ),
    "a relative": (
        look(TOM, "member", "see_readings"),
        TOM_KNOWN,
        "Tom Okafor, your son, read your readings.",
    ),
    "a relative refused": (
        look(TOM, "member", "refused see_plan"),
        TOM_KNOWN,
        "Tom Okafor, your son, tried to read your plan, and was refused.",
    ),
    "somebody acting": (
        look(TOM, "acting", "change_circle"),
        TOM_KNOWN,
        "Tom Okafor, acting for you, changed your circle, or what somebody in it may see.",
    ),
    "a device": (
        look(OTHER, "service", "add_readings"),
        Known("Blood pressure monitor", "blood pressure monitor"),
        "Blood pressure monitor, your blood pressure monitor, added readings to your record.",
    ),
    "oneself": (look(MARY, "patient", "see_readings"), Known("Mary Okafor"), "You read your readings."),
    "a preview": (
        look(MARY, "patient", "preview_member", "preview"),
        Known("Mary Okafor"),
        "You looked at what somebody in your circle sees.",
    ),
    "nobody": (look(None, "schedule", "see_readings"), None, "Kith itself read your readings."),
    "a stranger": (
        look(OTHER, "stranger", "refused see_readings"),
        None,
        "Somebody without permission tried to read your readings, and was refused.",
    ),
    "a professional elsewhere": (
        look(OTHER, "stranger", "refused see_patient"),
        Known("Owen Pugh", works_at="Hillside Care"),
        "Owen Pugh, who works at Hillside Care, tried to look up your details, and was refused.",
    ),
    "by agreement": (
        look(OTHER, "sharing", "see_readings"),
        Known("Owen Pugh", works_at="Hillside Care"),
        "Owen Pugh, of a team that you share the record with at Hillside Care, read your readings.",
    ),
    "in an emergency": (
        look(OTHER, "emergency", "see_alerts", "emergency"),
        Known("Noor Haddad", works_at="Riverside Care"),
        "Noor Haddad, by emergency access, read your alerts.",
    ),
    "from a file": (
        look(OTHER, "operator", "add_readings", "import"),
        Known("Ruth Adler", works_at="Riverside Care"),
        "Ruth Adler, who runs the service, added readings to your record, from a file.",
    ),
    "an act of tomorrow": (
        look(PRIYA, "coordinator", "see_tea_leaves"),
        PRIYA_KNOWN,
        "Priya Shah, your care coordinator, did something with your record.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_reads_as_a_sentence(case: str) -> None:
    line, known, words = CASES[case]
    assert telling.sentence(line, known, HERSELF) == words


def test_somebody_who_acts_for_the_patient_reads_of_the_patient() -> None:
    line = look(PRIYA, "coordinator", "see_readings")
    assert telling.sentence(line, PRIYA_KNOWN, FOR_HER) == "Priya Shah, Mary’s care coordinator, read Mary’s readings."
    own = look(MARY, "patient", "see_plan")
    assert telling.sentence(own, Known("Mary Okafor"), FOR_HER) == "Mary read Mary’s plan."
