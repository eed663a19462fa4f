"""What happened, told in the feed once and to those who may see that kind: in lists, counts and by address alike."""

from __future__ import annotations

from itertools import chain, combinations, product
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access import callers
from app.access.callers import Standing
from app.access.permissions import Category, Permission, Right
from app.access.roles import Role
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages import viewing
from app.messages.models.feed import Post, PostSeen
from app.messages.service import posting
from app.patients import queries as patients
from tests.messages.feeds import Reader, at_the_feed, give
from tests.people import World

P = Permission
# What shows a kind to somebody who may see the feed at all.
SEEING = {
    Category.READINGS: P.SEE_READINGS,
    Category.MEDICINES: P.SEE_MEDICINES,
    Category.VISITS: P.SEE_VISITS,
    Category.PLAN: P.SEE_PLAN,
    Category.MESSAGES: P.SEE_FEED,
}


def happened(world: World, category: Category, words: str, about_id: UUID | None = None) -> UUID | None:
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        return posting.happened(patient, category, "visit", about_id or new_id(), words)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Reader:
    return at_the_feed(client, world, world.mary)


@pytest.fixture
def tom(client: FlaskClient, world: World) -> Reader:
    give(world, world.tom, Right.SEE, Right.ACT)
    return at_the_feed(client, world, world.tom)


def test_it_is_told_once_and_by_nobody(world: World, mary: Reader) -> None:
    visit = new_id()
    first = happened(world, Category.VISITS, "Nurse Adeyemi was there.", visit)
    assert first is not None
    assert happened(world, Category.VISITS, "Nurse Adeyemi was there.", visit) is None
    (one,) = mary.get()["items"]
    assert (one["text"], one["author"], one["about"], one["about_id"], one["category"]) == (
        "Nurse Adeyemi was there.",
        None,
        "visit",
        str(visit),
        "visits",
    )


def test_a_kind_that_is_not_theirs_is_in_no_list_count_or_answer(world: World, mary: Reader, tom: Reader) -> None:
    # Tom sees messages and readings, not visits.
    hidden, shown = new_id(), new_id()
    post_id = happened(world, Category.VISITS, "A visit was made.", hidden)
    happened(world, Category.READINGS, "An alert was taken.", shown)
    comment = mary.comment({"id": str(post_id)}, "It did me good")
    assert comment["category"] == "visits"
    assert (tom.texts(), tom.unread()) == (["An alert was taken."], 0)
    assert tom.get("?limit=1")["next"] is None
    for path in (post_id, comment["id"]):
        for more in ("", "/comments", "/seen-by", "/reactions", "/before", "/photo"):
            assert tom.ask(f"/{path}{more}").status_code == 404, more
        assert tom.send(f"/{path}/comments", text="Which visit?").status_code == 404
        assert tom.report({"id": path}, "Not right").status_code == 404
        assert tom.feel({"id": path}, "hug").status_code == 404
        assert tom.feel({"id": path}, None).status_code == 404
    assert set(db.session.scalars(select(PostSeen.post_id).where(PostSeen.person_id == world.tom.id))) == set(
        db.session.scalars(select(Post.id).where(Post.about_id == shown))
    )
    give(world, world.tom, Right.SEE, category=Category.VISITS)
    assert tom.texts() == ["An alert was taken.", "A visit was made."]


def test_pages_are_full_whatever_is_left_out_of_them(world: World, mary: Reader, tom: Reader) -> None:
    for number in range(4):
        tom.write(f"Day {number}")
        happened(world, Category.VISITS, f"Visit {number}")
    first = tom.get("?limit=3")
    rest = tom.get(f"?limit=3&cursor={first['next']}")
    assert [one["text"] for one in (*first["items"], *rest["items"])] == ["Day 3", "Day 2", "Day 1", "Day 0"]
    assert rest["next"] is None
    assert len(mary.texts()) == 8


def _all(kinds: list[Category]) -> list[frozenset[Category]]:
    return [
        frozenset(some) for some in chain.from_iterable(combinations(kinds, size) for size in range(len(kinds) + 1))
    ]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMIN, Role.SERVICE)])
def test_the_kinds_are_those_that_the_policy_shows(role: Role) -> None:
    """Whoever may see the feed sees in it the kinds that they may see elsewhere, for every set of grants and scopes."""
    for given, scopes in product(_all(list(SEEING)), repeat=2):
        standing = Standing(frozenset({role}), frozenset((kind, Right.SEE) for kind in given), scopes)
        if callers.decide(standing, P.SEE_FEED) is None:
            continue
        allowed = {kind for kind, permission in SEEING.items() if callers.decide(standing, permission) is not None}
        assert viewing.categories(standing) & set(SEEING) == allowed


def test_being_told_is_not_seeing(world: World, mary: Reader, tom: Reader) -> None:
    give(world, world.tom, Right.BE_TOLD, Right.ACT, category=Category.VISITS)
    happened(world, Category.VISITS, "A visit was made.")
    assert (tom.texts(), tom.unread()) == ([], 0)
