"""What an attempt to tell somebody came to, and when to try again."""

import enum
import pathlib
import random
import tomllib
from datetime import timedelta

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=60)
# Asking a provider once in five minutes cannot hurt it; a longer Retry-After must not silence an alert.
LONGEST_RETRY_AFTER = timedelta(minutes=5)


class Outcome(enum.StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"
    NOT_PROCESSED = "not_processed"  # try again while it is useful
    UNKNOWN = "unknown"  # perhaps handed over: settle by callback or look-up before anything is sent twice
    REFUSED_RECIPIENT = "refused_recipient"  # this number, for good
    OPTED_OUT = "opted_out"
    RECIPIENT_FOR_NOW = "recipient_for_now"
    CONTENT_OR_SENDER = "content_or_sender"
    ACCOUNT = "account"  # the whole channel is stopped


# Twilio promises no order between callbacks, so a status may only move to a higher rank.
_RANKS = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "read": 4,
    "undelivered": 4,
    "failed": 4,
    "canceled": 4,
}
_FINAL = 4
NOT_ARRIVED = frozenset({"undelivered", "failed", "canceled"})
ARRIVED = frozenset({"delivered", "read"})


def _read_table(name: str) -> dict[int, Outcome]:
    text = pathlib.Path(__file__).with_name("error_codes.toml").read_text(encoding="utf-8")
    return {number: Outcome(outcome) for outcome, numbers in tomllib.loads(text)[name].items() for number in numbers}


_BY_CODE = _read_table("codes")
_BY_STATUS = _read_table("statuses")


def of_code(code: int | None) -> Outcome:
    """The class of a provider's error code; an unknown one is tried again."""
    return Outcome.NOT_PROCESSED if code is None else _BY_CODE.get(code, Outcome.NOT_PROCESSED)


def of_refusal(status: int, code: int | None, *, asks_to_wait: bool) -> Outcome:
    """The class of an HTTP answer that is not a success; `asks_to_wait` says that it carried Retry-After."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return Outcome.NOT_PROCESSED if status == 503 and asks_to_wait else Outcome.UNKNOWN
    return of_code(code)


def next_attempt_after(attempt_number: int, retry_after: timedelta | None, rng: random.Random) -> timedelta:
    """How long to wait after attempt 1, 2, ...: 1 s, doubling to 60 s, with full jitter, on top of any Retry-After."""
    doublings = min(max(attempt_number, 1) - 1, 10)
    ceiling = min(FIRST_WAIT * 2.0**doublings, LONGEST_WAIT)
    floor = min(max(retry_after or timedelta(0), timedelta(0)), LONGEST_RETRY_AFTER)
    return floor + ceiling * rng.random()


def is_final(status: str) -> bool:
    """Whether the provider will say nothing more about this message."""
    return _RANKS.get(status) == _FINAL


def is_forward(old: str | None, new: str) -> bool:
    """Whether the new status may replace the old one; a status we do not know never does."""
    return new in _RANKS and _RANKS[new] > _RANKS.get(old or "", -1)
