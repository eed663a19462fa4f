"""What a goal says: read, checked and written, whoever sets it, takes it or changes it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from app.core import clock
from app.goals import attainment, rhythm, ties
from app.goals.models import Goal
from app.goals.queries import actions, values
from app.goals.service import acting
from app.goals.ties import Fault
from app.patients.admission import AdmittedPatient

_PLAIN: Final = ("words", "why", "confidence", "tied_to", "tie", "start_value", "aim_value", "review_each_days")
_TIE: Final = {"tied_to", "tie", "aim_value"}
_NUMBERS: Final = ("start_value", "aim_value")
NO_SUCH: Final = "There is no such number here. Look at it again, and at its unit."
NOT_IN_PLAN: Final = "There is no such action in the care plan, or it was dropped."


def said(goal: Goal) -> dict[str, Any]:
    """What a goal says now, but for who sees it."""
    return {name: getattr(goal, name) for name in _PLAIN} | {"levels": attainment.words(goal.levels)}


def changed(goal: Goal, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What changes would alter, by name, as it is now."""
    now, wanted = said(goal), _wanted(said(goal), changes)
    return {name: now[name] for name in now if now[name] != wanted[name]}


def write(patient: AdmittedPatient, goal: Goal, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Have a goal say this; gives what it was before, of that which is another thing now. Raises Invalid."""
    now, wanted = said(goal), _wanted(said(goal), changes)
    before = {name: now[name] for name in now if now[name] != wanted[name]}
    if _TIE & set(before) or "start_value" in before:
        acting.refused(_faults(patient, wanted))
    for name in before:
        setattr(goal, name, attainment.kept(wanted[name]) if name == "levels" else wanted[name])
    if "review_each_days" in before:
        look_again(patient, goal)
    if {"tied_to", "tie"} & set(before):
        remember_start(patient, goal)
    return before if goal.start_value == now["start_value"] else {**before, "start_value": now["start_value"]}


def remember_start(patient: AdmittedPatient, goal: Goal) -> None:
    """Remember the number at which a goal begins, where there is one already and nobody has said another."""
    if goal.start_value is None and goal.tied_to and goal.tie:
        value = values.newest(patient, goal)
        goal.start_value = value.number if value else None


def look_again(patient: AdmittedPatient, goal: Goal) -> None:
    """Count the days to the next review from today."""
    goal.review_on = rhythm.next_review(clock.today(patient.zone), goal.review_each_days)


def check(patient: AdmittedPatient, said: Mapping[str, Any]) -> None:
    """Raise Invalid where the tie of a new goal cannot be."""
    acting.refused(_faults(patient, said))


def _wanted(now: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What it says from then on: another tie begins anew."""
    wanted = {**now, **{name: value for name, value in changes.items() if name in now}}
    is_other = (now["tied_to"], now["tie"]) != (wanted["tied_to"], wanted["tie"])
    if is_other:
        wanted |= {name: changes.get(name) for name in ("start_value", "aim_value")}
    levels = wanted["levels"]
    return {**wanted, "levels": list(levels) if levels is not None else None}


def _faults(patient: AdmittedPatient, said: Mapping[str, Any]) -> list[Fault]:
    found = ties.faults(said["tied_to"], said["tie"], said["start_value"], said["aim_value"])
    if not found and said["tied_to"] == "action" and not actions.is_in_plan(patient, said["tie"]):
        return [("/tie", NOT_IN_PLAN)]
    if not found and said["tied_to"] == "area" and not values.is_rated(said["tie"]):
        return [("/tie", "Nothing of this name is rated here.")]
    return found or [(f"/{name}", NO_SUCH) for name in _NUMBERS if not _fits(said, said[name])]


def _fits(said: Mapping[str, Any], number: Decimal | None) -> bool:
    return number is None or values.fits(said["tied_to"], said["tie"], number)
