"""Not yours and does not exist look alike; counts and ETags tell nothing that a look would refuse."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.access.guards import OnPatient
from app.access.permissions import Permission
from tests.access import alike, calling, matrix
from tests.access.calling import Line, Seen
from tests.access.conftest import Stage
from tests.access.matrix import Answer, Operation
from tests.access.personas import PERSONAS, Persona, Place

# Personas who are nothing to Mary, each for another reason.
STRANGERS = [one for one in PERSONAS if matrix.is_nothing_to_mary(one)]
SEES = ("GET",)


def on_mary(stage: Stage) -> list[Operation]:
    return [one for one in stage.operations if isinstance(one.access, OnPatient)]


def looks(stage: Stage) -> list[Operation]:
    return [one for one in stage.operations if one.method in SEES]


def test_there_are_strangers_of_every_kind() -> None:
    assert len(STRANGERS) >= 15


@pytest.mark.parametrize("persona", STRANGERS, ids=str)
def test_not_theirs_and_not_there_are_one_answer(stage: Stage, persona: Persona) -> None:
    line, mary, nobody = stage.line(persona.name), stage.victim.ids["patient_id"], str(uuid4())
    for operation in on_mary(stage):
        theirs = alike.plain(line.call(operation, tried=False), [mary])
        nobodys = alike.plain(line.call(operation, tried=False, patient_id=nobody), [nobody])
        assert theirs == nobodys, str(operation)
        assert theirs[0] == 404, str(operation)


@pytest.mark.parametrize("persona", STRANGERS, ids=str)
def test_whatever_a_path_names_is_not_theirs_as_it_is_not_there(stage: Stage, persona: Persona) -> None:
    """Team, organisation, person, session, passkey, copy, hold, emergency: each id of Mary's beside nobody's."""
    line, compared = stage.line(persona.name), 0
    for operation in stage.operations:
        if isinstance(operation.access, OnPatient) or matrix.expected(persona, operation) is not Answer.NOT_THEIRS:
            continue
        theirs = line.call(operation, tried=False)
        assert theirs.status == 404, str(operation)
        for name in calling.ids_in(operation.path):
            expect_alike(line, operation, theirs, name)
            compared += 1
    assert compared >= 8


def expect_alike(line: Line, operation: Operation, theirs: Seen, name: str, **other: str) -> None:
    """The same request with an id that nobody has is answered the same."""
    ids, nobody = {**line.named(operation), **other}, str(uuid4())
    nobodys = line.call(operation, tried=False, **{**other, name: nobody})
    assert alike.plain(theirs, [ids[name]]) == alike.plain(nobodys, [nobody]), (str(operation), name)


def test_every_kind_of_id_is_compared(stage: Stage) -> None:
    named = {
        name
        for one in stage.operations
        for name in calling.ids_in(one.path)
        if not isinstance(one.access, OnPatient)
        and any(matrix.expected(persona, one) is Answer.NOT_THEIRS for persona in STRANGERS)
    }
    assert named >= {
        "team_id",
        "organisation_id",
        "person_id",
        "session_id",
        "passkey_id",
        "export_id",
        "hold_id",
        "access_id",
        "alert_id",
        "todo_id",
        "membership_id",
        "invitation_id",
        "member_id",
        "acting_id",
    }


def test_a_person_who_does_not_work_here_is_nobody(stage: Stage) -> None:
    """To an admin, who may look after their colleagues, a patient of their organisation is as good as not there."""
    line, mary = stage.line("admin"), str(stage.cast.world.mary.id)
    asked = [one for one in stage.operations if "person_id" in calling.ids_in(one.path)]
    assert len(asked) >= 8
    for operation in asked:
        theirs = line.call(operation, tried=False, person_id=mary)
        assert theirs.status == 404, str(operation)
        expect_alike(line, operation, theirs, "person_id", person_id=mary)


def test_another_patients_row_is_not_there(stage: Stage) -> None:
    """Whoever may do it for Mr Khan learns of no reading, alert, grant of Mary's that there is one."""
    khan, compared = str(stage.cast.world.khan_patient.id), 0
    for operation in on_mary(stage):
        if operation.access.permission is Permission.TAKE_HELP:  # type: ignore[union-attr]
            continue  # only a member may, and Mr Khan has none here (tests/messages/test_help_api.py)
        line = stage.line_for_khan(operation.access.permission)  # type: ignore[union-attr]
        for name in calling.ids_of_rows(operation):
            theirs = line.call(operation, tried=False, patient_id=khan)
            assert theirs.status == operation.row.not_theirs, (str(operation), theirs.status)
            expect_alike(line, operation, theirs, name, patient_id=khan)
            compared += 1
    assert compared >= 20


def test_a_true_etag_tells_a_stranger_nothing(stage: Stage) -> None:
    tags = etags(stage)
    assert tags, "nothing carries an ETag any more?"
    for operation, tag in tags:
        for persona in PERSONAS:
            answer = matrix.expected(persona, operation)
            if answer not in matrix.REFUSED:
                continue
            seen = conditional(stage.line(persona.name), operation, tag)
            assert seen.status != 304, (persona, operation)
            assert "ETag" not in seen.answer.headers, (persona, operation)
            if answer is Answer.NOT_THERE:
                assert seen.status == 404, (persona, operation)


def etags(stage: Stage) -> list[tuple[Operation, str]]:
    """Each operation that gives an ETag, with the one its rightful reader gets."""
    found = []
    for operation in looks(stage):
        reader = next(one for one in PERSONAS if matrix.expected(one, operation) not in matrix.REFUSED)
        if tag := stage.line(reader.name).call(operation).answer.headers.get("ETag"):
            found.append((operation, tag))
    return found


def conditional(line: Line, operation: Operation, tag: str) -> Seen:
    path = line.path_of(operation)
    return line.open("GET", path, {"headers": line.headers(path) | {"If-None-Match": tag}})


def test_one_worklists_etag_is_not_anothers(stage: Stage) -> None:
    """The worklist of another team is another list, also where both are asked for with one ETag."""
    for name in ("GET /console/worklist", "GET /api/worklist"):
        operation = next(one for one in stage.operations if str(one) == name)
        tag = stage.line("priya, her named coordinator").call(operation).answer.headers.get("ETag")
        if tag is not None:
            seen = conditional(stage.line("coordinator of another organisation"), operation, tag)
            assert seen.status == 200


def test_counts_are_of_visible_rows_only(stage: Stage) -> None:
    worklist = next(one for one in stage.operations if str(one) == "GET /api/worklist")
    for persona in PERSONAS:
        if matrix.expected(persona, worklist) is Answer.ADMITTED:
            body = stage.line(persona.name).call(worklist).answer.get_json()
            assert body["count"] == len(body["items"])
            works_here = any(place is Place.TEAM for place, _ in persona.works)
            assert (body["count"] > 0) is works_here, persona
