"""How far a goal has come, which state an act leads to, who reads which history: as tables and properties."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.permissions import Permission
from app.access.roles import MAY, Role
from app.goals import audiences, history, progress, states, ties
from app.goals.history import Happened
from app.goals.models import AUDIENCES, STATES

# start, aim, now -> share, trend
WAYS = {
    "at the start": ("80", "70", "80", "0", "unchanged"),
    "half of the way down": ("80", "70", "75", "0.5", "towards"),
    "half of the way up": ("2", "6", "4", "0.5", "towards"),
    "there": ("80", "70", "70", "1", "there"),
    "beyond": ("80", "70", "65", "1", "there"),
    "beyond, upwards": ("2", "6", "9", "1", "there"),
    "nearly there is not there": ("80", "70", "70.001", "0.99", "towards"),
    "behind the start": ("80", "70", "82", "-0.2", "away"),
    "far behind it": ("80", "79", "100", "-20", "away"),
    "hardly behind it": ("80", "70", "80.001", "-0.01", "away"),
    "hardly begun": ("80", "70", "79.999", "0", "towards"),
    "kept": ("70", "70", "70", "1", "there"),
    "not kept": ("70", "70", "70.1", "0", "away"),
    "through nothing": ("-2", "2", "0", "0.5", "towards"),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_way(name: str) -> None:
    start, aim, now, share, trend = WAYS[name]
    came = progress.of_values(Decimal(start), Decimal(aim), Decimal(now))
    assert (came.share, came.trend) == (Decimal(share), trend)


def test_of_steps() -> None:
    assert progress.of_steps(0, 0) is None
    assert [(came.share, came.trend) for done in range(4) if (came := progress.of_steps(done, 3))] == [
        (Decimal(0), "unchanged"), (Decimal("0.33"), "towards"), (Decimal("0.66"), "towards"), (Decimal(1), "there"),
    ]  # fmt: skip


number = st.decimals(-1000, 1000, places=3)


@given(number, number, number, number)
def test_nearer_is_never_less(start: Decimal, aim: Decimal, now: Decimal, then: Decimal) -> None:
    came, later = progress.of_values(start, aim, now), progress.of_values(start, aim, then)
    if start != aim and (now - start) / (aim - start) <= (then - start) / (aim - start):
        assert came.share <= later.share
    assert came.share <= 1
    assert (came.trend == "there") == (came.share == 1)
    assert (came.trend == "there") == ((now >= aim) if aim > start else (now <= aim) if aim < start else now == aim)


MOVES = {
    "accepted": {"suggested": "active", "active": "active"},
    "declined": {"suggested": "declined", "declined": "declined"},
    "reached": {"active": "reached", "reached": "reached"},
    "put_aside": {"active": "put_aside", "put_aside": "put_aside"},
    "taken_up": {"reached": "active", "put_aside": "active", "declined": "active", "active": "active"},
}


@pytest.mark.parametrize(("kind", "state"), list(product(MOVES, STATES)))
def test_where_an_act_leads(kind: str, state: str) -> None:
    assert states.after(kind, state) == MOVES[kind].get(state)


TIED = {
    "weight": True,
    "blood_pressure:systolic": True,
    "blood_pressure:diastolic": True,
    "blood_pressure": False,
    "blood_pressure:middle": False,
    "weight:kg": False,
    "": False,
    ":": False,
}


@pytest.mark.parametrize("tie", TIED)
def test_only_a_number_that_is_measured_is_a_tie(tie: str) -> None:
    assert (ties.measured(tie) is not None) == TIED[tie]


def test_the_second_number_of_two() -> None:
    assert [found.number for tie in list(TIED)[:3] if (found := ties.measured(tie))] == [0, 0, 1]


SEEN = {
    Role.PATIENT: {"private", "team", "circle"},
    Role.ACTING: {"private", "team", "circle"},
    Role.COORDINATOR: {"team", "circle"},
    Role.CLINICIAN: {"team", "circle"},
    Role.LEAD: {"team", "circle"},
    Role.SHARING: {"team", "circle"},
    Role.EMERGENCY: {"team", "circle"},
    Role.MEMBER: {"circle"},
    Role.VISITOR: {"circle"},
    Role.SERVICE: {"circle"},
    Role.ADMIN: set[str](),
}


@pytest.mark.parametrize("role", Role)
def test_who_sees_what(role: Role) -> None:
    assert audiences.seen_by(role) == SEEN[role]
    if Permission.SEE_GOALS in MAY[role]:
        assert SEEN[role]


def event(kind: str, audience: str) -> Happened:
    at = datetime(2026, 11, 18, tzinfo=UTC)
    return Happened(uuid4(), kind, at, None, None, "page", None, audience, {"words": kind}, why=kind, review_id=uuid4())


def test_what_was_done_in_private_stays_so() -> None:
    events = [event("set", "private"), event("changed", "private"), event("shared", "circle"), event("step", "circle"),
              event("shared", "private"), event("reviewed", "private"), event("shared", "circle")]  # fmt: skip
    seen = list(history.seen(events, {"circle"}))
    assert [(one.kind, dict(one.before), one.why) for one in seen] == [
        ("shared", {}, None),
        ("step", {"words": "step"}, "step"),
        ("shared", {}, None),
    ]
    assert list(history.seen(events, set(AUDIENCES))) == events


@given(st.lists(st.sampled_from(AUDIENCES), min_size=1), st.sets(st.sampled_from(AUDIENCES)))
def test_nothing_is_read_that_was_not_seen(walk: list[str], mine: set[str]) -> None:
    events = [event(f"{number}", audience) for number, audience in enumerate(walk)]
    for one in history.seen(events, mine):
        place = int(one.kind)
        assert walk[place] in mine
        if place and walk[place - 1] not in mine:
            assert (one.before, one.why, one.review_id, one.helper_id) == ({}, None, None, None)
