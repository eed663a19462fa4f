"""MedicationRequest and MedicationStatement as medicines: name, dm+d code, reason, and whether in force."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.medicines.dosage import imported, snomed
from app.medicines.dosage.imported import DmdCode
from app.medicines.patterns import AsDirected, Phases

FIRST_AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
CODING = {"system": "http://snomed.info/sct", "code": "90332006", "display": "Paracetamol"}
DAILY = {"text": "one daily at 8am", "timing": {"repeat": {"timeOfDay": ["08:00:00"]}}}
REQUEST: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {"coding": [CODING]},
    "reasonCode": [{"coding": [{"display": "Pain"}]}],
    "dosageInstruction": [DAILY],
}


def read(level: str | None = None, **changes: Any) -> imported.Imported:
    return imported.read({**REQUEST, **changes}, FIRST_AT, level)


def test_a_request_is_a_medicine_with_its_schedule() -> None:
    medicine = read(level="VTM")
    assert medicine.name == "Paracetamol"
    assert medicine.code == DmdCode("90332006", "Paracetamol", "VTM")
    assert (medicine.reason, medicine.status, medicine.text) == ("Pain", "active", "one daily at 8am")
    assert isinstance(medicine.planned[0].pattern, Phases)
    assert medicine.problems == ()


def test_the_level_of_the_resource_counts_before_the_given_one() -> None:
    coding = {**CODING, "extension": [{"url": "level", "valueCode": "VMP"}]}
    code = read(level="VTM", medicationCodeableConcept={"coding": [coding]}).code
    assert code is not None
    assert code.level == "VMP"


def test_typed_text_is_the_name_that_was_prescribed() -> None:
    medicine = read(medicationCodeableConcept={"text": "Paracetamol 500mg tabs", "coding": [CODING]})
    assert medicine.name == "Paracetamol 500mg tabs"


def test_other_systems_give_a_name_and_no_code() -> None:
    concept = {"coding": [{"system": "http://rxnorm", "code": "1", "display": "Alprazolam"}]}
    medicine = read(medicationCodeableConcept=concept)
    assert (medicine.name, medicine.code) == ("Alprazolam", None)


CONTAINED = [{"resourceType": "Medication", "id": "m1", "code": {"coding": [CODING]}}]


@pytest.mark.parametrize(
    "where",
    [
        {"contained": CONTAINED, "medicationReference": {"reference": "#m1"}},
        {"contained": CONTAINED, "medication": {"reference": {"reference": "#m1"}}},
        {"medication": {"concept": {"coding": [CODING]}}},
    ],
)
def test_the_medicine_may_stand_elsewhere(where: dict[str, Any]) -> None:
    without = {name: value for name, value in REQUEST.items() if name != "medicationCodeableConcept"}
    medicine = imported.read({**without, **where}, FIRST_AT)
    assert (medicine.name, medicine.code) == ("Paracetamol", DmdCode("90332006", "Paracetamol", None))


def test_a_statement_has_its_dosage_under_another_name() -> None:
    statement = {
        "resourceType": "MedicationStatement",
        "status": "recorded",
        "medication": {"concept": {"text": "Paracetamol"}},
        "reason": [{"concept": {"text": "Pain"}}],
        "dosage": [DAILY],
    }
    medicine = imported.read(statement, FIRST_AT)
    assert (medicine.name, medicine.reason, medicine.problems) == ("Paracetamol", "Pain", ())
    assert isinstance(medicine.planned[0].pattern, Phases)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        *(({"status": status}, "/status") for status in ("on-hold", "cancelled", "completed", "draft", None)),
        *(({"intent": intent}, "/intent") for intent in ("proposal", "plan", "option")),
        ({"doNotPerform": True}, "/doNotPerform"),
        ({"modifierExtension": [{"url": "x"}]}, "/modifierExtension"),
        ({"implicitRules": "http://x"}, "/implicitRules"),
        ({"resourceType": "Patient"}, "/resourceType"),
        ({"medicationCodeableConcept": {}}, "/medicationCodeableConcept"),
        ({"medicationCodeableConcept": {"coding": [{**CODING, "code": "90332007"}]}},
         "/medicationCodeableConcept/coding/0/code"),
        ({"dosageInstruction": [{"timing": {"event": ["2026-11-16"]}}]}, "/dosageInstruction/0/timing/event"),
    ],
)  # fmt: skip
def test_what_is_not_in_force_or_not_understood_reminds_nobody(changes: dict[str, Any], pointer: str) -> None:
    medicine = read(**changes)
    assert pointer in [problem.pointer for problem in medicine.problems]
    assert all(isinstance(planned.pattern, AsDirected) for planned in medicine.planned)


@pytest.mark.parametrize("resource", [None, [], "x", 4, {}])
def test_anything_else_is_refused_in_words(resource: object) -> None:
    assert imported.read(resource, FIRST_AT).problems


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("90332006", True),
        ("324252006", True),
        ("13004311000001103", True),
        ("90332007", False),
        ("90323006", False),
        ("0332006", False),
        ("", False),
        ("12345", False),
        ("٩٠٣٣٢٠٠٦", False),
        ("9033200x", False),
    ],
)
def test_the_check_digit_of_a_code(code: str, valid: bool) -> None:
    assert snomed.is_valid(code) is valid
