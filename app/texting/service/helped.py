"""GO, HERE, DONE and PASS: what the circle was asked for, answered by text; the first has it, the others are told.

DONE for what nobody had to arrive at, and GO for what is taken, are what the services make of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core.errors import Conflict, Forbidden, NotFound
from app.identity import queries as people
from app.messages.models import HelpRequest
from app.messages.queries import help as requests
from app.messages.queries.help import Waiting
from app.messages.service import helping
from app.notifications import texts
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.texting.grammar.said import Command
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

_Act = Callable[[AdmittedPatient, UUID, By], HelpRequest]
_ACTS: Final[dict[str, tuple[_Act, str]]] = {
    "go": (helping.take, "text_taken"),
    "here": (helping.arrive, "text_there"),
    "done": (helping.done, "text_done"),
    "pass": (helping.pass_by, "text_passed"),
}
WORDS: Final = tuple(_ACTS)
ANSWERED_WITHIN: Final = timedelta(hours=12)


def act(heard: Heard, said: Command) -> None:
    """Do what the text says to the one request that it can mean; where two can be meant, ask which."""
    found = meant(heard, said)
    if not found:
        return _nothing_waits(heard, said)
    if len(found) > 1:
        return answer(heard, "text_which_help", number=str(len(found)))
    if heard.allowed is None:
        return answer(heard, "text_not_yours")
    request, (allowed, by) = found[0].row, heard.allowed
    do, template = _ACTS[said.word]
    try:
        do(allowed, request.id, by)
    except (Conflict, NotFound, Forbidden):
        return _refused(heard, allowed, request)
    # Whom it is for: a number may mean another request than the one that was read a while ago.
    return answer(heard, template, patient=texts.name_with_initial(allowed.given_name, allowed.family_name))


def meant(heard: Heard, said: Command) -> list[Waiting]:
    """Those that the text can mean: by number, by patient, and of the kind that its word is for."""
    numbered = list(enumerate(heard.waiting, start=1))
    whose = heard.circles[said.who].id if said.who in heard.circles else None
    found = [one for number, one in numbered if said.number in (None, number) and whose in (None, one.row.patient_id)]
    if said.number is None and said.word in ("here", "done"):
        return [one for one in found if one.is_mine]
    if said.number is None and said.word == "go":
        return [one for one in found if not one.is_mine] or found
    return found


def _refused(heard: Heard, patient: AdmittedPatient, request: HelpRequest) -> None:
    """Somebody was quicker, or it is not wanted any more."""
    now = requests.one(patient, request.id, heard.sender.id)
    if now.helper_id is not None and now.helper_id != heard.sender.id:
        return _another_has(heard, now)
    return answer(heard, "text_nothing_waits")


def _nothing_waits(heard: Heard, said: Command) -> None:
    """Whoever says GO to what another took while their text was on its way hears who has it."""
    taken = requests.taken_before(heard.sender.id, heard.sent_at - ANSWERED_WITHIN) if said.word == "go" else None
    return _another_has(heard, taken) if taken else answer(heard, "text_nothing_waits")


def _another_has(heard: Heard, request: HelpRequest) -> None:
    assert request.helper_id is not None  # that is why it is said
    return answer(heard, "text_taken_before", member=people.person(request.helper_id).given_name)
