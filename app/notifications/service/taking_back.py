"""Take back what waits to be sent, and wait for what a sender has in hand, so that nothing leaves afterwards."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.core import clock
from app.core.db import HotStatement
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
    patience = time.monotonic() + (sending.LEASE.total_seconds() if waits else 0)
    stopped = _stopped(about)
    held = in_hand = _in_hand(about)
    while in_hand and time.monotonic() < patience:
        time.sleep(LOOK_EACH)
        stopped |= _stopped(about)
        in_hand = _in_hand(about)
    if in_hand and waits:
        stopped |= _stopped(about, also_in_hand=True)
    may_arrive = {one for one, may in stopped.items() if may} | (held - stopped.keys())
    return TakenBack(frozenset(stopped.keys() - may_arrive), frozenset(may_arrive))


def _stopped(about: list[UUID], *, also_in_hand: bool = False) -> dict[UUID, bool]:
    """What is stopped now, and whether each may have been handed over before."""
    rows = _STOP.rows({"about": about, "now": clock.now(), "also_in_hand": also_in_hand})
    return {row["about_id"]: row["may_arrive"] for row in rows}


def _in_hand(about: list[UUID]) -> set[UUID]:
    return {row["about_id"] for row in _IN_HAND.rows({"about": about})}
