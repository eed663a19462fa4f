"""What answers mean, how long to wait, and which way a status may go."""

import itertools
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications import outcomes
from app.notifications.outcomes import Outcome

CODES = {
    20429: Outcome.NOT_PROCESSED,
    21211: Outcome.REFUSED_RECIPIENT,
    21214: Outcome.REFUSED_RECIPIENT,
    21614: Outcome.REFUSED_RECIPIENT,
    21635: Outcome.REFUSED_RECIPIENT,
    30005: Outcome.REFUSED_RECIPIENT,
    30006: Outcome.REFUSED_RECIPIENT,
    21610: Outcome.OPTED_OUT,
    30004: Outcome.OPTED_OUT,
    30003: Outcome.RECIPIENT_FOR_NOW,
    30008: Outcome.RECIPIENT_FOR_NOW,
    30036: Outcome.RECIPIENT_FOR_NOW,
    21602: Outcome.CONTENT_OR_SENDER,
    21617: Outcome.CONTENT_OR_SENDER,
    21606: Outcome.CONTENT_OR_SENDER,
    21212: Outcome.CONTENT_OR_SENDER,
    30007: Outcome.CONTENT_OR_SENDER,
    30034: Outcome.CONTENT_OR_SENDER,
    20003: Outcome.ACCOUNT,
    21408: Outcome.ACCOUNT,
    21611: Outcome.ACCOUNT,
    30001: Outcome.ACCOUNT,
    99999: Outcome.NOT_PROCESSED,
    None: Outcome.NOT_PROCESSED,
}


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_its_class_and_an_unknown_one_is_tried_again(code: int | None) -> None:
    assert outcomes.of_code(code) is CODES[code]


REFUSALS = {
    "bad number": (400, 21211, False, Outcome.REFUSED_RECIPIENT),
    "wrong token": (401, 20003, False, Outcome.ACCOUNT),
    "an unknown code": (400, 12345, False, Outcome.NOT_PROCESSED),
    "no code at all": (404, None, False, Outcome.NOT_PROCESSED),
    "redirected": (302, None, False, Outcome.NOT_PROCESSED),
    "too many": (429, 20429, True, Outcome.NOT_PROCESSED),
    "too many without a code": (429, None, False, Outcome.NOT_PROCESSED),
    "a proxy gave up waiting": (408, None, False, Outcome.UNKNOWN),
    "broken": (500, 20500, False, Outcome.UNKNOWN),
    "broken, whatever code it names": (500, 21211, True, Outcome.UNKNOWN),
    "bad gateway": (502, None, False, Outcome.UNKNOWN),
    "busy and says when": (503, 20503, True, Outcome.NOT_PROCESSED),
    "busy and does not": (503, 20503, False, Outcome.UNKNOWN),
    "gateway timeout": (504, None, True, Outcome.UNKNOWN),
    "some other fault": (520, None, False, Outcome.UNKNOWN),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_has_its_class(name: str) -> None:
    status, code, asks_to_wait, expected = REFUSALS[name]
    assert outcomes.of_refusal(status, code, asks_to_wait=asks_to_wait) is expected


@given(st.integers(0, 10_000), st.integers())
def test_a_wait_stays_under_its_ceiling(attempt: int, seed: int) -> None:
    wait = outcomes.next_attempt_after(attempt, None, random.Random(seed))
    assert timedelta(0) <= wait <= min(timedelta(seconds=2 ** min(max(attempt - 1, 0), 6)), timedelta(seconds=60))


def test_waits_double_to_a_minute_and_use_their_whole_range() -> None:
    longest = [
        max(outcomes.next_attempt_after(attempt, None, random.Random(seed)).total_seconds() for seed in range(400))
        for attempt in range(1, 9)
    ]
    for seen, ceiling in zip(longest, [1, 2, 4, 8, 16, 32, 60, 60], strict=True):
        assert ceiling * 0.95 < seen <= ceiling
    waits = [outcomes.next_attempt_after(7, None, random.Random(seed)).total_seconds() for seed in range(400)]
    assert min(waits) < 3
    assert 25 < sum(waits) / len(waits) < 35


@given(st.integers(1, 20), st.integers(-10, 100_000), st.integers())
def test_the_provider_is_given_the_time_it_asks_for(attempt: int, asked: int, seed: int) -> None:
    wait = outcomes.next_attempt_after(attempt, timedelta(seconds=asked), random.Random(seed))
    assert min(timedelta(seconds=asked), timedelta(minutes=5)) <= wait <= timedelta(minutes=6)


FORWARD = {
    ("queued", "sending"),
    ("queued", "sent"),
    ("accepted", "queued"),
    ("accepted", "delivered"),
    ("sending", "sent"),
    ("sent", "delivered"),
    ("sent", "undelivered"),
    ("sending", "failed"),
    (None, "queued"),
    (None, "delivered"),
    ("something new", "sent"),
}
NOT_FORWARD = {
    ("sent", "sending"),
    ("sent", "queued"),
    ("queued", "accepted"),
    ("sent", "sent"),
    ("delivered", "sent"),
    ("delivered", "undelivered"),
    ("failed", "delivered"),
    ("undelivered", "delivered"),
    ("sent", "something new"),
    (None, "something new"),
}


@pytest.mark.parametrize(("old", "new"), sorted(FORWARD | NOT_FORWARD, key=str))
def test_a_status_only_moves_forward(old: str | None, new: str) -> None:
    assert outcomes.is_forward(old, new) is ((old, new) in FORWARD)


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sending", "sent", "delivered"])))
def test_callbacks_in_any_order_end_at_the_same_status(order: tuple[str, ...]) -> None:
    status: str | None = None
    for new in order + order:
        status = new if outcomes.is_forward(status, new) else status
    assert status == "delivered"
    assert outcomes.is_final("delivered")
    assert not outcomes.is_final("sent")
