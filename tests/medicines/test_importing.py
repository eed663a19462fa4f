"""Medicines from another system over the API: each answered for itself, once, and none reminds of what is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.medicines.models import Dose, Medicine, Schedule
from app.patients import queries as patients
from app.patients import service as patient_service
from app.todos.models import Todo
from tests.medicines.dosage.test_imported import CODING, CONTAINED, REQUEST
from tests.medicines.table import Table, table_of, times
from tests.people import World

IDENTIFIER = {"system": "https://gp.example/prescriptions", "value": "42"}
VMP = {**CODING, "extension": [{"url": "level", "valueCode": "VMP"}]}
CLEAR: dict[str, Any] = {
    **REQUEST,
    "identifier": [IDENTIFIER],
    "medicationCodeableConcept": {"text": "Ramipril 5mg caps", "coding": [VMP]},
}
TWICE_SAID_THRICE = {
    "text": "one three times a day",
    "timing": {"repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}},
    "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "capsule"}}],
}
# The times of a frequency are only supposed: nobody said when.
TWICE = {"text": "one twice a day", "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}


@pytest.fixture
def priya(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.priya)


def taken_over(table: Table, document: Mapping[str, Any]) -> list[Any]:
    answer = table.post("/medicines/import", document)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[Any] = answer.get_json()["items"]
    return found


def one(table: Table, **changes: Any) -> Any:
    (found,) = taken_over(table, CLEAR | changes)
    return found


def todos() -> list[Todo]:
    return list(db.session.scalars(select(Todo).where(Todo.kind == "medicine_unclear", Todo.done_at.is_(None))))


def many(table: type[Any]) -> int:
    return int(db.session.scalar(select(func.count()).select_from(table)) or 0)


def test_what_is_clear_is_on_the_list_and_reminds(priya: Table, world: World) -> None:
    found = one(priya)
    assert (found["outcome"], found["name"], found["details"]) == ("imported", "Ramipril 5mg caps", [])
    (medicine,) = priya.get("/medicines")["items"]
    assert (medicine["id"], medicine["source"], medicine["typed"]) == (
        found["medicine_id"], "import", "Ramipril 5mg caps",
    )  # fmt: skip
    assert (medicine["code"], medicine["code_level"], medicine["reason"]) == (CODING["code"], "VMP", "Pain")
    assert medicine["schedules"][0]["instructions"] == "one daily at 8am"
    assert times(priya.doses()) == ["19 08:00"]
    assert todos() == []


def test_the_same_identifier_again_changes_nothing(priya: Table, world: World) -> None:
    first = one(priya)
    again = one(priya, medicationCodeableConcept={"text": "Something else"}, dosageInstruction=[TWICE])
    assert (again["outcome"], again["medicine_id"], again["name"]) == ("known", first["medicine_id"], first["name"])
    assert (many(Medicine), many(Schedule)) == (1, 1)
    assert one(priya, identifier=[{**IDENTIFIER, "value": "43"}])["outcome"] == "imported"


def test_without_an_identifier_the_same_resource_is_the_same(priya: Table) -> None:
    nameless = {name: value for name, value in CLEAR.items() if name != "identifier"}
    assert [taken_over(priya, nameless)[0]["outcome"] for _ in range(2)] == ["imported", "known"]
    other = nameless | {"reasonCode": [{"text": "Heart"}]}
    assert taken_over(priya, other)[0]["outcome"] == "imported"


def test_two_imports_at_once_are_one(client: FlaskClient, priya: Table) -> None:
    def work(_: int) -> str:
        own = Table(client.application.test_client(), priya.url, priya.headers)
        return str(one(own)["outcome"])

    with ThreadPoolExecutor(4) as together:
        assert sorted(together.map(work, range(6))) == ["imported"] + ["known"] * 5
    assert (many(Medicine), many(Schedule)) == (1, 1)


AT_EIGHT = {"timing": {"repeat": {"timeOfDay": ["08:00:00"]}}}
UNCLEAR: dict[str, dict[str, Any]] = {
    "text and times disagree": {"dosageInstruction": [TWICE_SAID_THRICE]},
    "the times are only supposed": {"dosageInstruction": [TWICE]},
    "not all is understood": {"dosageInstruction": [{"timing": {"event": ["2026-11-16"]}}]},
    "something changes what it means": {"modifierExtension": [{"url": "x"}]},
    "the words are not understood": {
        "dosageInstruction": [
            {"text": "one daily at 8am by moonlight", "timing": {"repeat": {"timeOfDay": ["08:00:00"]}}}
        ]
    },
    "a weekly medicine every day": {
        "medicationCodeableConcept": {"text": "Methotrexate 2.5 mg tablets"},
        "dosageInstruction": [{**AT_EIGHT, "text": "one daily at 8am"}],
    },
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_is_in_doubt_reminds_nobody_and_asks_a_human(priya: Table, case: str) -> None:
    found = one(priya, **UNCLEAR[case])
    assert found["outcome"] == "unclear"
    assert found["details"]
    (medicine,) = priya.get("/medicines")["items"]
    assert all(schedule["unclear"] for schedule in medicine["schedules"])
    assert many(Dose) == 0
    assert len(todos()) == len(medicine["schedules"])


def test_once_settled_it_reminds(priya: Table) -> None:
    one(priya, dosageInstruction=[TWICE])
    (medicine,) = priya.get("/medicines")["items"]
    (schedule,) = medicine["schedules"]
    as_read = {"If-Match": f'"{schedule["version"]}"'}
    assert priya.post(f"/schedules/{schedule['id']}/settle", **as_read).status_code == 200
    assert len(priya.doses()) > 0
    assert todos() == []


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no longer taken": ({"status": "stopped"}, "status"),
    "entered in error": ({"status": "entered-in-error"}, "status"),
    "a proposal": ({"intent": "proposal"}, "proposal"),
    "not to be taken": ({"doNotPerform": True}, "not to be taken"),
    "without a name": ({"medicationCodeableConcept": {}}, "name"),
    "a name too long": ({"medicationCodeableConcept": {"text": "x" * 201}}, "longer"),
    "instructions too long": ({"dosageInstruction": [{"text": "as directed " * 100}]}, "longer"),
    "somebody else's": (
        {"subject": {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "999 000 0026"}}},
        "somebody else",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_nobody_takes_here_is_not_on_the_list(priya: Table, case: str) -> None:
    changes, said = REFUSED[case]
    found = one(priya, **changes)
    assert (found["outcome"], found["medicine_id"]) == ("refused", None)
    assert said in " ".join(found["details"])
    assert many(Medicine) == 0


def test_the_patients_own_number_is_welcome(priya: Table) -> None:
    own = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}}
    assert one(priya, subject=own)["outcome"] == "imported"


def test_a_code_without_its_level_is_left_out_and_that_is_said(priya: Table) -> None:
    found = one(priya, medicationCodeableConcept={"coding": [CODING]})
    assert "levels of dm+d" in found["details"][0]
    assert priya.get("/medicines")["items"][0]["code"] is None


def test_each_of_a_bundle_is_answered_for_itself(priya: Table) -> None:
    patient = {
        "resourceType": "Patient",
        "id": "p2",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"}],
    }
    elsewhere = {name: value for name, value in CLEAR.items() if name != "medicationCodeableConcept"}
    entries = [
        CLEAR,
        CLEAR | {"identifier": [{**IDENTIFIER, "value": "2"}], **UNCLEAR["text and times disagree"]},
        CLEAR | {"identifier": [{**IDENTIFIER, "value": "3"}], "status": "cancelled"},
        elsewhere | {"identifier": [{**IDENTIFIER, "value": "4"}], "medicationReference": {"reference": "urn:uuid:m"}},
        CLEAR | {"identifier": [{**IDENTIFIER, "value": "5"}], "subject": {"reference": "Patient/p2"}},
        patient,
        CLEAR,
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in entries] + [{"fullUrl": "urn:uuid:m", "resource": CONTAINED[0]}, {}, 7],
    }
    found = taken_over(priya, bundle)
    assert [one["outcome"] for one in found] == [
        "imported", "unclear", "refused", "imported", "refused", "passed_over", "known", "passed_over",
    ]  # fmt: skip
    assert found[3]["name"] == "Paracetamol"
    assert many(Medicine) == 3


@pytest.mark.parametrize("body", [{}, [], {"resourceType": "Patient"}, {"resourceType": "Bundle", "entry": 4}, None])
def test_anything_else_is_refused(priya: Table, body: Any) -> None:
    assert priya.post("/medicines/import", body).status_code in (400, 415, 422)
    assert priya.post("/medicines/import", {"resourceType": "Bundle", "entry": [{}] * 201}).status_code == 422


def test_what_cannot_be_stored_is_refused_as_a_whole(priya: Table) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": CLEAR | {"note": [{"text": "Ramipril\x00"}]}}]}
    assert priya.post("/medicines/import", bundle).status_code == 422
    assert many(Medicine) == 0


def test_a_patient_enters_and_does_not_import(client: FlaskClient, world: World) -> None:
    assert table_of(client, world, world.mary).post("/medicines/import", CLEAR).status_code == 403


def test_nothing_is_taken_over_once_care_has_ended(priya: Table, world: World) -> None:
    with unit_of_work():
        patient_service.end_care(patients.admitted_one(world.mary_patient.id), "moved")
    assert priya.post("/medicines/import", CLEAR).status_code == 409
