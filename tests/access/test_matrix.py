"""The access matrix: every operation as every persona, over HTTP, against the policy; refusals leave no trace."""

from __future__ import annotations

import pytest

from tests.access import matrix, rows, walking
from tests.access.calling import Seen
from tests.access.conftest import Stage
from tests.access.matrix import Answer, Operation
from tests.access.personas import PERSONAS, Persona

SIGNED = {
    Answer.SIGN_IN: (401, "sign-in-needed"),
    Answer.SECOND_FACTOR: (401, "second-factor-needed"),
    Answer.STEP_UP: (403, "step-up-needed"),
    Answer.NOT_ALLOWED: (403, "not-allowed"),
    Answer.NOT_FOR_THEM: (403, "not-allowed"),
    Answer.CONFLICT: (409, "conflict"),
    Answer.NOT_THERE: (404, "not-found"),
    Answer.NOT_THEIRS: (404, "not-found"),
}


def test_every_endpoint_has_its_row_and_every_row_its_endpoint(stage: Stage) -> None:
    declared = set(matrix.declared(stage.app))
    assert declared - rows.ROWS.keys() == set(), "add them to tests/access/rows"
    assert rows.ROWS.keys() - declared == set(), "no such endpoint any more"


def of_the_api(operation: Operation) -> bool:
    return operation.path.startswith(("/api/", "/webhooks/"))


def fits(answer: Answer, seen: Seen) -> bool:
    """Did Kith answer what the policy says?"""
    if answer is Answer.OPEN:
        return seen.was_admitted and seen.status != 500
    if answer is Answer.ADMITTED:
        return seen.was_admitted and seen.is_done
    return seen.was_admitted in matrix.LET_THROUGH[answer] and SIGNED[answer] == (seen.status, seen.slug)


@pytest.mark.parametrize("persona", PERSONAS, ids=str)
def test_each_operation_answers_what_the_policy_says(stage: Stage, persona: Persona) -> None:
    asked = [one for one in stage.operations if of_the_api(one)]
    wrong = walking.walked(stage, persona, asked, fits)
    assert not wrong, "\n".join(["", *wrong])
