"""What follows from an outcome: one table of named cases."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notifications import decisions, kinds
from app.notifications.decisions import Decision, Situation
from app.notifications.outcomes import Outcome

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
ALERT = Situation(kinds.ALERT, 1, 0, None, None, False, NOW)
MESSAGE = replace(ALERT, kind=kinds.MESSAGE, useful_until=NOW + timedelta(hours=4))
REMINDER = replace(ALERT, kind=kinds.REMINDER, useful_until=NOW + timedelta(minutes=10))

# situation, outcome -> state, seconds until it is due again (least, most), what is told
CASES = {
    "accepted": (ALERT, Outcome.ACCEPTED, "accepted", (900, 900), None),
    "first refusal for now": (MESSAGE, Outcome.NOT_PROCESSED, "pending", (0, 1), None),
    "tenth refusal for now": (replace(MESSAGE, attempts=10), Outcome.NOT_PROCESSED, "pending", (0, 60), None),
    "an alert's fifth": (replace(ALERT, attempts=5), Outcome.NOT_PROCESSED, "pending", (0, 16), "not_processed"),
    "an alert's sixth": (replace(ALERT, attempts=6), Outcome.NOT_PROCESSED, "pending", (0, 32), None),
    "a message's fifth": (replace(MESSAGE, attempts=5), Outcome.NOT_PROCESSED, "pending", (0, 16), None),
    "unknown, alert": (ALERT, Outcome.UNKNOWN, "unknown", (2, 2), None),
    "unknown, reminder": (REMINDER, Outcome.UNKNOWN, "unknown", (10, 10), None),
    "bad number": (ALERT, Outcome.REFUSED_RECIPIENT, "failed", (0, 0), "refused_recipient"),
    "opted out": (MESSAGE, Outcome.OPTED_OUT, "failed", (0, 0), "opted_out"),
    "bad content": (MESSAGE, Outcome.CONTENT_OR_SENDER, "failed", (0, 0), "content_or_sender"),
    "account, alert": (ALERT, Outcome.ACCOUNT, "pending", (60, 60), "account"),
    "account again": (replace(ALERT, last_outcome="account"), Outcome.ACCOUNT, "pending", (60, 60), None),
    "account, message": (MESSAGE, Outcome.ACCOUNT, "pending", (60, 60), None),
    "phone off": (ALERT, Outcome.RECIPIENT_FOR_NOW, "pending", (900, 900), None),
    "phone off twice": (replace(ALERT, spent=1), Outcome.RECIPIENT_FOR_NOW, "failed", (0, 0), "recipient_for_now"),
    "phone off, soon useless": (REMINDER, Outcome.RECIPIENT_FOR_NOW, "failed", (0, 0), "recipient_for_now"),
}


@pytest.mark.parametrize("name", CASES)
def test_an_outcome_has_its_consequence(name: str) -> None:
    situation, outcome, state, (least, most), tells = CASES[name]
    decision = decisions.after(situation, outcome, None, random.Random(1))
    assert (decision.state, decision.tells, decision.outcome) == (state, tells, outcome)
    assert least <= (decision.due_at - NOW).total_seconds() <= most
    assert decision.is_final == (state == "failed")
    assert decision.spends == (name == "phone off")


REPORTS = {
    "a dead number": (30005, "failed", "refused_recipient"),
    "blocked by its owner": (30004, "failed", "opted_out"),
    "off": (30003, "pending", "recipient_for_now"),
    "filtered": (30007, "failed", "content_or_sender"),
    "queue overflow": (30001, "pending", "account"),
    "no reason": (None, "pending", "recipient_for_now"),
    "a reason that is new": (39999, "pending", "recipient_for_now"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_of_failure_has_its_consequence(name: str) -> None:
    code, state, outcome = REPORTS[name]
    decision = decisions.after_report(MESSAGE, code, random.Random(1))
    assert (decision.state, decision.outcome) == (state, outcome)


def test_our_own_errors_are_tried_again_and_then_parked() -> None:
    states = [decisions.after_error(replace(MESSAGE, spent=spent)) for spent in range(5)]
    assert [decision.state for decision in states] == ["pending"] * 4 + ["parked"]
    assert [decision.tells for decision in states] == [None] * 4 + ["error"]
    assert [(decision.due_at - NOW).total_seconds() for decision in states] == [5, 10, 20, 40, 0]
    unknown = decisions.after_error(replace(MESSAGE, may_have_arrived=True))
    assert unknown.state == "unknown"


def test_only_alerts_are_sent_blind_and_the_first_is_still_to_be_settled() -> None:
    assert [decisions.may_send_blind(replace(ALERT, spent=spent)) for spent in range(4)] == [True, True, True, False]
    assert not decisions.may_send_blind(MESSAGE)
    again = decisions.sent_blind(Decision("pending", "not_processed", NOW))
    assert (again.state, again.spends) == ("unknown", True)
    assert decisions.sent_blind(Decision("accepted", "accepted", NOW)).state == "accepted"


@settings(deadline=None)
@given(st.sampled_from(Outcome), st.integers(1, 200), st.integers(0, 10), st.sampled_from([ALERT, MESSAGE, REMINDER]))
def test_nothing_is_given_up_in_silence(outcome: Outcome, attempts: int, spent: int, situation: Situation) -> None:
    decision = decisions.after(replace(situation, attempts=attempts, spent=spent), outcome, None, random.Random(1))
    assert bool(decision.tells) >= decision.is_final
    assert decision.is_final == (decision.state in ("failed", "parked"))
    assert decision.due_at >= NOW
