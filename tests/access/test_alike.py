"""Not yours and does not exist look alike; counts and ETags tell nothing that a look would refuse."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.access.guards import OnPatient
from tests.access import alike, matrix
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
