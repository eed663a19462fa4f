"""OK or PASS of a helper who has nothing but texts: after OK they are told what waits, after PASS nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from app.access.permissions import Permission
from app.core import rows
from app.core.errors import Conflict, NotFound
from app.goals.models import GoalStep
from app.goals.queries import helping as steps_asked
from app.goals.service import helping as goal_helping
from app.goals.service import telling
from app.messages.queries import help as requests
from app.messages.service import help_telling, helping
from app.notifications.service import agreeing
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.texting.grammar.said import Command
from app.texting.service import hearing
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

# Somebody who does not know yet what is wanted takes nothing by GO: they say that they may be asked.
YES: Final = ("ok", "go")
NO: Final = "pass"
_Asked = TypeVar("_Asked")


@dataclass(frozen=True, slots=True)
class Replied:
    """What somebody says who was asked whether they want texts, and what they are asked for in their circles."""

    heard: Heard
    is_yes: bool
    waiting: tuple[tuple[AdmittedPatient, By, UUID], ...]
    steps: tuple[tuple[AdmittedPatient, By, GoalStep], ...]


def consider(heard: Heard) -> Replied | None:
    """None where it answers something else."""
    said = heard.said
    if not isinstance(said, Command) or said.word not in (*YES, NO) or not agreeing.is_awaited(heard.sender.id):
        return None
    steps = steps_asked.asked_of(heard.sender.id)  # read while all their circles are reached
    waiting = [(one.row.patient_id, one.row.id) for one in heard.waiting if not one.is_mine]
    return Replied(
        heard,
        said.word in YES,
        tuple(_admitted(heard, waiting, Permission.TAKE_HELP)),
        tuple(_admitted(heard, [(one.patient_id, one.step) for one in steps], Permission.HELP_WITH_GOALS)),
    )


def _admitted(
    heard: Heard, asked: Iterable[tuple[UUID, _Asked]], permission: Permission
) -> Iterator[tuple[AdmittedPatient, By, _Asked]]:
    for patient_id, one in asked:
        if allowed := hearing.admitted(heard, patient_id, permission).allowed:
            yield (*allowed, one)


def heed(replied: Replied) -> None:
    """Tell them what they were asked for, or say for them that they cannot."""
    sender = replied.heard.sender
    if replied.is_yes:
        agreeing.agree(sender.id)
    answer(replied.heard, "text_agreed" if replied.is_yes else "text_declined")
    with rows.within(rows.SERVICE):  # they may be asked for something in several circles
        for patient, by, request_id in replied.waiting:
            with suppress(NotFound, Conflict):  # it is over meanwhile
                _settle(patient, by, request_id, is_yes=replied.is_yes)
        for patient, by, step in replied.steps:
            with suppress(NotFound, Conflict):
                _settle_step(patient, by, step, is_yes=replied.is_yes)


def _settle(patient: AdmittedPatient, by: By, request_id: UUID, *, is_yes: bool) -> None:
    if is_yes:
        help_telling.asked(patient, requests.one(patient, request_id, by.person_id), [by.person_id])
    else:
        helping.pass_by(patient, request_id, by)


def _settle_step(patient: AdmittedPatient, by: By, step: GoalStep, *, is_yes: bool) -> None:
    if is_yes:
        telling.asked(patient, step)
    else:
        goal_helping.decline(patient, step.id, by)
