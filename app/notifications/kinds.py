"""The kinds of messages: which goes first, how late one is still of use, how long the provider may keep trying.

Sources: reliability.md (ValidityPeriod: a reminder until it is useless, a step of escalation its delay, a message 4 h,
a code 10 min). An invitation is of use as long as its code: 72 h. That an alert is asked of the provider for 30 min
is judgement: a second person is told sooner. An e-mail whose fate is unknown can never be asked about: what may be
doubled is sent again under the same Message-ID, a reminder or message is given up aloud.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Kind:
    """`late_after` None: never too late. `settle_after` is how long a callback may take before we ask the provider."""

    name: str
    priority: int
    late_after: timedelta | None
    validity: timedelta
    settle_after: timedelta
    may_be_doubled: bool = False

    @property
    def priority_of_push(self) -> int:
        """Behind the texts of the same kind: no way out looks past the rows of another, of which there may be many."""
        return self.priority + 1


ALERT = Kind("alert", 0, None, timedelta(minutes=30), timedelta(seconds=2), may_be_doubled=True)
# The same code twice says nothing new, and somebody is waiting for it.
CODE = Kind("code", 10, timedelta(minutes=10), timedelta(minutes=10), timedelta(seconds=2), may_be_doubled=True)
REMINDER = Kind("reminder", 20, timedelta(minutes=60), timedelta(minutes=60), timedelta(seconds=10))
MESSAGE = Kind("message", 30, timedelta(hours=4), timedelta(hours=4), timedelta(seconds=10))
INVITATION = Kind(
    "invitation", 40, timedelta(hours=72), timedelta(hours=10), timedelta(seconds=10), may_be_doubled=True
)
# What a reminder of medicines is about: whoever gets it must still be one who may record doses.
DOSES = "doses"
KINDS = {kind.name: kind for kind in (ALERT, CODE, REMINDER, MESSAGE, INVITATION)}


def useful_until(kind: Kind, due_at: datetime, asked: datetime | None) -> datetime | None:
    """Until when it is of use: what the caller says, or the limit of its kind; an alert is never too late."""
    if kind.late_after is None:
        return None
    limit = due_at + kind.late_after
    return min(asked, limit) if asked else limit


def validity(kind: Kind, until: datetime | None, now: datetime) -> timedelta:
    """How long the provider may keep trying from now."""
    return kind.validity if until is None else min(kind.validity, until - now)
