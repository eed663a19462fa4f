"""What becomes of a delivery after an attempt: tried again and when, given up, and who must hear of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from app.notifications import outcomes
from app.notifications.kinds import Kind
from app.notifications.outcomes import Outcome

LOOK_AGAIN_AFTER: Final = timedelta(minutes=15)  # no callback by then: ask (reliability.md C2)
ONE_MORE_AFTER: Final = timedelta(minutes=15)  # a phone that is off for now
PAUSE: Final = timedelta(seconds=60)  # of a channel whose account is refused, before it is tried again
MOST_ERRORS: Final = 5  # of our own, before a row is parked
AFTER_ERROR: Final = timedelta(seconds=5)  # doubling, so that a row is parked after more than a minute
MOST_BLIND: Final = 3  # sent again although the provider could not be asked about the last one
ALERT_IS_TOLD_AT: Final = 5  # attempts: about half a minute


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a delivery when an attempt has ended; `spent` counts what may not go on for ever."""

    kind: Kind
    attempts: int
    spent: int
    last_outcome: str | None
    useful_until: datetime | None
    may_have_arrived: bool  # the last attempt is unknown, or whoever made it never came back
    now: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The next state; `tells` is why somebody must hear of it, `is_final` that Kith will not try again."""

    state: str
    outcome: str
    due_at: datetime
    spends: bool = False
    tells: str | None = None
    is_final: bool = False


def after(situation: Situation, outcome: Outcome, retry_after: timedelta | None, rng: random.Random) -> Decision:
    """What to do after an attempt with this outcome."""
    if outcome is Outcome.ACCEPTED:
        return Decision("accepted", outcome, situation.now + LOOK_AGAIN_AFTER)
    if outcome is Outcome.NOT_PROCESSED:
        wait = outcomes.next_attempt_after(situation.attempts, retry_after, rng)
        return _again(situation, "pending", outcome, wait)
    if outcome is Outcome.UNKNOWN:
        return _again(situation, "unknown", outcome, situation.kind.settle_after)
    if outcome is Outcome.ACCOUNT:
        return _again(situation, "pending", outcome, PAUSE)
    if outcome is Outcome.RECIPIENT_FOR_NOW and _may_have_one_more(situation):
        return Decision("pending", outcome, situation.now + ONE_MORE_AFTER, spends=True)
    return given_up(situation.now, "failed", outcome)


def after_report(situation: Situation, code: int | None, rng: random.Random) -> Decision:
    """What to do when the provider reports that a text it had accepted did not arrive."""
    outcome = outcomes.of_code(code)
    # A reason we do not know is one that may pass: not at once, as it may not be ours to repair.
    passing = outcome in (Outcome.NOT_PROCESSED, Outcome.UNKNOWN, Outcome.ACCEPTED)
    return after(situation, Outcome.RECIPIENT_FOR_NOW if passing else outcome, None, rng)


def after_error(situation: Situation) -> Decision:
    """What to do when Kith itself failed on this row: a few more tries, then it is parked and never silently."""
    if situation.spent + 1 >= MOST_ERRORS:
        return given_up(situation.now, "parked", "error")
    wait = AFTER_ERROR * 2**situation.spent
    # What is ours to repair settles nothing of what may have arrived.
    state = "unknown" if situation.may_have_arrived else "pending"
    return Decision(state, "error", situation.now + wait, spends=True)


def unsettled(situation: Situation, rng: random.Random) -> Decision:
    """What to do when the provider could not be asked what became of an attempt."""
    wait = max(outcomes.next_attempt_after(situation.attempts, None, rng), situation.kind.settle_after)
    return _again(situation, "unknown", Outcome.UNKNOWN, wait)


def never_settled(situation: Situation) -> Decision:
    """What to do when nobody can ever be asked about an attempt, and a second message is not to be risked."""
    return given_up(situation.now, "failed", Outcome.UNKNOWN)


def may_send_blind(situation: Situation) -> bool:
    """Whether it may be sent although the last attempt may have arrived: as its kind allows, and not for ever."""
    return situation.kind.may_be_doubled and situation.spent < MOST_BLIND


def sent_blind(decision: Decision) -> Decision:
    """The same after an attempt that may be the second to arrive: counted, and the first is still to be settled."""
    state = "unknown" if decision.state == "pending" else decision.state
    return replace(decision, state=state, spends=True)


def is_stale(situation: Situation) -> bool:
    """Whether it is too late to be of any use."""
    return situation.useful_until is not None and situation.useful_until <= situation.now


def given_up(now: datetime, state: str, outcome: str) -> Decision:
    """Not tried again; somebody must hear of it."""
    return Decision(state, outcome, now, tells=outcome, is_final=True)


def _again(situation: Situation, state: str, outcome: Outcome, wait: timedelta) -> Decision:
    return Decision(state, outcome, situation.now + wait, tells=_tells(situation, outcome))


def _tells(situation: Situation, outcome: Outcome) -> str | None:
    """An alert that is not getting through is told while it is still being tried."""
    if situation.kind.late_after is not None:
        return None
    stopped = outcome is Outcome.ACCOUNT and situation.last_outcome != Outcome.ACCOUNT
    return outcome if stopped or situation.attempts == ALERT_IS_TOLD_AT else None


def _may_have_one_more(situation: Situation) -> bool:
    again_at = situation.now + ONE_MORE_AFTER
    still_useful = situation.useful_until is None or again_at < situation.useful_until
    return still_useful and not situation.spent
