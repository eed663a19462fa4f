"""Hand many reminders over at the same time: claimed, sent and written by the hundred.

Whatever is not plain goes the way of every other text (sending.py): what may have been handed over before is looked up
there, and an outcome from which something follows is written there, one by one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError

from app import config
from app.core import clock, limits, metrics
from app.notifications import channels
from app.notifications.channels import Handover, InBulk
from app.notifications.decisions import Decision
from app.notifications.outcomes import Outcome
from app.notifications.queries import Due
from app.notifications.service import sending, settling
from app.notifications.service.sending import Ending

AT_ONCE: Final = 250
# Within the lease, with the provider's timeout and time to write: what was not begun by then is put back.
BEGIN_WITHIN: Final = timedelta(seconds=12)
# Of what the sender may hand over in a second; the rest is for alerts, codes and messages.
SHARE: Final = 0.8
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Reminders claimed together, and when."""

    rows: Sequence[Due] = field(repr=False)
    claimed: float  # on the stopwatch


def claim(room: int, alerts_only: bool = False) -> list[Batch]:
    """Take as many batches of due reminders as there are free hands, within the sender's rate."""
    wanted = 0 if alerts_only else _allowed(room * AT_ONCE)
    claimed = time.monotonic()
    rows = sending.claim_reminders(wanted) if wanted else []
    return [Batch(rows[start : start + AT_ONCE], claimed) for start in range(0, len(rows), AT_ONCE)]


def hand_over(batch: Batch) -> None:
    """Do one batch: every ending is written, and what holds up one row holds up no other."""
    channel = channels.of_this_app()
    if not isinstance(channel, InBulk):
        for due in batch.rows:
            sending.hand_over(due)
        return
    endings, ready = _prepared(batch.rows)
    left = BEGIN_WITHIN.total_seconds() - (time.monotonic() - batch.claimed)
    sent = channel.send_all([handover for _, handover in ready], timedelta(seconds=left))
    for (due, _), one in zip(ready, sent, strict=True):
        if one is None:
            endings.append((due, _put_back(due), 0))
        else:
            endings.append((due, sending.came_to(sending.situation_of(due), one.attempt), one.milliseconds))
    _settle(endings)


def rest() -> None:
    """Let go of connections when there is no more to do."""
    channel = channels.of_this_app()
    if isinstance(channel, InBulk):
        channel.close()


def _allowed(wanted: int) -> int:
    """How many may go in this second, over all workers: a text too many would wait before an alert at the provider."""
    per_second = config.current().sms_per_second
    if not per_second:
        return wanted
    share = max(1, int(per_second * SHARE))
    return limits.take("reminders", min(wanted, share), allowed=share, per=_SECOND)


Endings = list[tuple[Due, Ending, int]]


def _prepared(rows: Sequence[Due]) -> tuple[Endings, list[tuple[Due, Handover]]]:
    """What is decided without the provider, and what is to be handed over."""
    decided: Endings = []
    ready: list[tuple[Due, Handover]] = []
    for due in rows:
        try:
            one = _one(due, is_alone=not ready)
        except Exception as error:
            one = sending.failed(due, error)
        if isinstance(one, Ending):
            decided.append((due, one, 0))
        else:
            ready.append((due, one))
    return decided, ready


def _one(due: Due, *, is_alone: bool) -> Handover | Ending:
    situation = sending.situation_of(due)
    if situation.may_have_arrived:  # whoever had it never came back: it is looked up first, by others
        return Ending(Decision("unknown", Outcome.UNKNOWN, clock.now()))
    if due.is_probe and not is_alone:  # the channel was stopped: one tries it again, not all
        return _put_back(due)
    return sending.prepared(due, situation)


def _put_back(due: Due) -> Ending:
    """Nothing was done, and it is due as before."""
    return Ending(Decision(due.state, due.last_outcome or Outcome.NOT_PROCESSED, clock.now()))


def _settle(endings: Endings) -> None:
    quiet = [one for one in endings if settling.is_quiet(one[0], one[1].decision)]
    for due, ending, milliseconds in endings:
        if not settling.is_quiet(due, ending.decision):
            sending.settle(due, ending, milliseconds)
    if not quiet:
        return
    try:
        settling.settle_quiet([(due, one.decision, one.attempt, took) for due, one, took in quiet])
    except IntegrityError:
        for due, ending, milliseconds in quiet:
            sending.settle(due, ending, milliseconds)
        return
    for due, ending, _ in quiet:
        sending.count_parts(due, ending)
    for (channel, outcome), count in Counter((due.channel, one.decision.outcome) for due, one, _ in quiet).items():
        metrics.ATTEMPTS.labels(channel, outcome).inc(count)
