"""Take back what waits to be sent, and wait for what a sender has in hand, so that nothing leaves afterwards."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.core import clock
from app.core.db import HotStatement, db
from app.notifications.service import sending

LOOK_EACH: Final = 0.02  # seconds; a sender has a row in hand for as long as the provider takes to answer

# A row that is locked is being claimed: it is waited for, and then it is in hand.
_STOP = HotStatement("""
    with waiting as materialized (
        select id, state = 'unknown' or lease_until is not null as may_arrive from delivery
        where about_id = any(:about) and state in ('pending', 'unknown')
            and (lease_until is null or lease_until <= :now or :also_in_hand)
        for update
    )
    update delivery d set state = 'stale', last_outcome = 'withdrawn', settled_at = :now, lease_until = null
    from waiting w where d.id = w.id returning d.about_id, w.may_arrive
""")
_IN_HAND = HotStatement("""
    select about_id from delivery where about_id = any(:about) and state in ('pending', 'unknown')
""")


class _InHand(Exception):
    """A sender has a message about these things in hand."""

    def __init__(self, about: set[UUID]) -> None:
        super().__init__()
        self.about = about


@dataclass(frozen=True, slots=True)
class TakenBack:
    """About which things a message was stopped in time, and about which one may arrive although it was stopped."""

    unsent: frozenset[UUID]
    may_arrive: frozenset[UUID]


def take_back(about_ids: Collection[UUID], *, waits: bool = True) -> TakenBack:
    """Do not send what waits about these things, in the caller's transaction.

    What a sender has in hand is waited for until its outcome is written, or its lease ends: no sender begins after it.
    Where the caller does not wait it may arrive.
    """
    about = list(about_ids)
    if not waits:
        stopped = _stopped(about)
        return _taken_back(stopped, _in_hand(about))
    held: set[UUID] = set()
    patience = time.monotonic() + sending.LEASE.total_seconds()
    while time.monotonic() < patience:
        # A row that was claimed under the statement stays locked by it, though it is left alone: that lock has to go
        # before the wait, or its sender could never write the outcome that is waited for.
        try:
            with db.session.begin_nested():
                return _taken_back(_all_stopped(about), held)
        except _InHand as some:
            held |= some.about
        time.sleep(LOOK_EACH)
    return _taken_back(_stopped(about, also_in_hand=True), held)


def _all_stopped(about: list[UUID]) -> dict[UUID, bool]:
    """What is stopped now; raises _InHand where not all of it can be."""
    stopped, in_hand = _stopped(about), _in_hand(about)
    if in_hand:
        raise _InHand(in_hand)
    return stopped


def _taken_back(stopped: dict[UUID, bool], held: set[UUID]) -> TakenBack:
    may_arrive = {one for one, may in stopped.items() if may} | (held - stopped.keys())
    return TakenBack(frozenset(stopped.keys() - may_arrive), frozenset(may_arrive))


def _stopped(about: list[UUID], *, also_in_hand: bool = False) -> dict[UUID, bool]:
    """What is stopped now, and whether each may have been handed over before."""
    rows = _STOP.rows({"about": about, "now": clock.now(), "also_in_hand": also_in_hand})
    return {row["about_id"]: row["may_arrive"] for row in rows}


def _in_hand(about: list[UUID]) -> set[UUID]:
    return {row["about_id"] for row in _IN_HAND.rows({"about": about})}
