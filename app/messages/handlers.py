"""What messages do about patients' events."""

from __future__ import annotations

from typing import Any

from app.core.events import Handler
from app.messages.service import asking, keeping_claims, reopening, visit_making
from app.patients import queries as patients
from app.patients.events import (
    AccessEnded,
    CareEnded,
    CareReopened,
    GrantsEndedWithDuty,
    HandedOver,
    MemberLeft,
    ZoneChanged,
)


def _itself(event: Any) -> Any:
    return event


def _move_threads(event: HandedOver | CareReopened) -> None:
    keeping_claims.follow(event.patient_id)


# What is written to a team goes with the patient to another one.
MOVE_THREADS = Handler("messages.move_threads", consider=_itself, act=_move_threads)


def _call_help_off(event: CareEnded) -> None:
    asking.call_off_all(event.patient_id)


# From the commit that ends care on nobody is asked for anything.
CALL_HELP_OFF = Handler("messages.call_help_off", consider=_itself, act=_call_help_off)


def _reopen_lost(event: AccessEnded | GrantsEndedWithDuty | MemberLeft) -> None:
    reopening.reopen_lost_of(event.patient_id)


# What somebody had taken who may help no more is open again; what ends in silence the clock finds within a minute.
REOPEN_LOST = Handler("messages.reopen_lost", consider=_itself, act=_reopen_lost)


def _remake_visits(event: CareEnded | CareReopened | ZoneChanged) -> None:
    # Read anew: what the request was admitted to is older than what has just been changed.
    visit_making.remake_all(patients.admitted([event.patient_id])[event.patient_id])


# Visits are by the clock where the patient lives; from the commit that ends care on nobody is expected.
REMAKE_VISITS = Handler("messages.remake_visits", consider=_itself, act=_remake_visits)
