"""Tell people of goals: that there is something, never a word of a goal or a step."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID, uuid5

from app.access.permissions import Category
from app.goals import queries
from app.goals.models import Goal, GoalStep
from app.identity import queries as people
from app.messages.service import posting
from app.notifications import texts
from app.notifications.service import news
from app.notifications.service.news import News
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.queries import telling

ABOUT: Final = "goal"
ABOUT_STEP: Final = "goal_step"
STEP_WORDS: Final = "{patient} took a step towards a goal."
REACHED_WORDS: Final = "{patient} has reached a goal."


def suggested(patient: AdmittedPatient, goal: Goal) -> None:
    """The team suggests something; the patient decides."""
    _tell(patient, ABOUT, goal.id, "goal_suggested", [patient.person_id])


def asked(patient: AdmittedPatient, step: GoalStep) -> None:
    """Somebody is asked to help; what was asked before and is not told yet is no longer so."""
    ask_no_more([step.id])
    if step.helper_id is not None:
        _tell(patient, ABOUT_STEP, asking(step.id), "goal_help_asked", [step.helper_id])


def answered(patient: AdmittedPatient, step: GoalStep, by: By, *, helps: bool) -> None:
    """The patient knows who helps, or does not."""
    template = "goal_helper_yes" if helps else "goal_helper_no"
    _tell(patient, ABOUT_STEP, step.id, template, {patient.person_id} - {by.person_id}, by.person_id)


def step_done(patient: AdmittedPatient, goal: Goal, step: GoalStep, by: By) -> None:
    """A step is done: the patient hears it where somebody else says so, the circle once where the goal is shared."""
    ask_no_more([step.id])
    _tell(patient, ABOUT_STEP, step.id, "goal_step_done", {patient.person_id} - {by.person_id}, by.person_id)
    _share(patient, goal, ABOUT_STEP, step.id, STEP_WORDS, "goal_step", by)


def reached(patient: AdmittedPatient, goal: Goal, by: By) -> None:
    """A goal is reached: the circle hears it once where it is shared."""
    _share(patient, goal, ABOUT, goal.id, REACHED_WORDS, "goal_reached", by)


def time_to_look(patient: AdmittedPatient, goal_id: UUID) -> None:
    """The day has come on which the patient wanted to look at a goal."""
    _tell(patient, ABOUT, _looking(goal_id), "goal_review", [patient.person_id])


def looked_at(goal: Goal) -> None:
    """Nobody need be reminded of it any more."""
    news.withdraw([_looking(goal.id)])


def ask_no_more(step_ids: Collection[UUID]) -> None:
    """Ask nobody to help with these who has not been told yet."""
    news.withdraw([asking(one) for one in step_ids])


def over(goal: Goal) -> None:
    """It is not worked on any more: nobody is asked or reminded."""
    looked_at(goal)
    ask_no_more(_steps(goal))


def shared_no_more(goal: Goal) -> None:
    """Tell the circle nothing of it that it has not been told yet."""
    news.withdraw([goal.id, *_steps(goal)])


def asking(step_id: UUID) -> UUID:
    """By which it is known that somebody is asked: other news of the step goes out all the same."""
    return uuid5(step_id, "asked")


def _looking(goal_id: UUID) -> UUID:
    return uuid5(goal_id, "looked at")


def _steps(goal: Goal) -> list[UUID]:
    return [step.id for step in queries.steps([goal.id]).get(goal.id, ())]


def _share(patient: AdmittedPatient, goal: Goal, about: str, about_id: UUID, words: str, template: str, by: By) -> None:
    """In the feed, and to those who want to be told; only of a goal that the circle sees."""
    if goal.audience != "circle":
        return
    said = words.format(patient=patient.given_name)
    if posting.happened(patient, Category.GOALS, about, about_id, said) is not None:
        members = set(telling.those_told(patient, Category.GOALS)) - {by.person_id}
        _tell(patient, about, about_id, template, members)


def _tell(
    patient: AdmittedPatient,
    about: str,
    about_id: UUID,
    template: str,
    recipients: Collection[UUID],
    who: UUID | None = None,
) -> None:
    words = {} if who is None else {"member": texts.first_name(people.person(who).given_name)}
    news.tell(patient, News(Category.GOALS, about, about_id, template, words), recipients)
