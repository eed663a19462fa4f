"""The access matrix for pages: every page and every form as every persona, as a browser asks."""

from __future__ import annotations

import pytest

from tests.access import matrix, walking
from tests.access.calling import Seen
from tests.access.conftest import Stage
from tests.access.matrix import Answer, Operation
from tests.access.personas import PERSONAS, Persona

STATUS = {
    Answer.STEP_UP: 403,
    Answer.NOT_ALLOWED: 403,
    Answer.NOT_FOR_THEM: 403,
    Answer.CONFLICT: 409,
    Answer.NOT_THERE: 404,
    Answer.NOT_THEIRS: 404,
}
STARTS = {Answer.SIGN_IN: "/sign-in", Answer.SECOND_FACTOR: "/sign-in/second-factor"}


def of_a_page(operation: Operation) -> bool:
    return not operation.path.startswith(("/api/", "/webhooks/"))


def fits(answer: Answer, seen: Seen) -> bool:
    """Did Kith answer the browser what the policy says?"""
    if answer is Answer.OPEN:
        return seen.was_admitted and seen.status != 500
    if answer is Answer.ADMITTED:
        return seen.was_admitted and seen.is_done
    if answer in STARTS:
        path = seen.location.partition("?")[0]
        return not seen.was_admitted and seen.status == 303 and path == STARTS[answer]
    return seen.was_admitted in matrix.LET_THROUGH[answer] and seen.status == STATUS[answer]


@pytest.mark.parametrize("persona", PERSONAS, ids=str)
def test_each_page_answers_what_the_policy_says(stage: Stage, persona: Persona) -> None:
    asked = [one for one in stage.operations if of_a_page(one)]
    wrong = walking.walked(stage, persona, asked, fits)
    assert not wrong, "\n".join(["", *wrong])
