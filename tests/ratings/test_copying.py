"""Ratings in a copy of the record: in words, with whose instrument they were made; a member's copy has none of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Right
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.ratings.entering import Said
from app.ratings.instrument import Instrument
from app.ratings.service import drafts
from tests.conftest import NOW
from tests.people import World, signed_in
from tests.queries_counted import counted
from tests.ratings.rater import Raters
from tests.records.test_export import ask, opened


def copy_of(client: FlaskClient, person: Person) -> dict[str, Any]:
    headers = signed_in(client, person)
    return opened(client.get(ask(client, headers), headers=headers))


@pytest.fixture
def rated(raters: Raters, harbour: Instrument) -> Raters:
    """With both instruments; and Tom writes down something."""
    raters.share(Right.ACT)
    raters.license(NOW.date() + timedelta(days=30))
    raters.rate({"mood": 6, "home": 0}, notes={"mood": "Brighter."})
    raters.rate({"wind": 1, "crew": 3}, raters.priya, "team", code=harbour.code)
    with unit_of_work():
        drafts.keep(raters.patient, "wheel", "patient", {"mood": Said(2, "She weeps.")}, raters.tom)
    return raters


def test_a_copy_says_what_was_rated_and_whose_instrument_it_is(
    client: FlaskClient, world: World, rated: Raters, harbour: Instrument
) -> None:
    copy = copy_of(client, world.mary)
    hers, theirs = copy["rating"]
    assert hers["scores_in_words"] == (
        "Daily living: left out; My body: left out; My mood: 6; The people around me: left out; My home: 0; "
        "Making ends meet: left out; What I like to do: left out; My care: left out (from 0 to 10)"
    )
    assert (hers["instrument_in_words"], hers["attribution"], hers["rated_by"]) == (
        "My wheel, version 2",
        "",
        "Mary Okafor",
    )
    assert theirs["scores_in_words"] == "Wind: 1, At sea; Tide: left out; Crew: 3 (from 1 to 5)"
    assert (theirs["attribution"], theirs["rated_by"]) == (harbour.attribution, "Priya Shah")
    assert '"Brighter."' in hers["notes"]
    (draft,) = copy["rating_draft"]
    assert ("She weeps." in draft["said"], draft["person_id"]) == (True, "Tom Okafor")
    assert [one["occasion"] for one in copy["rating_due"]] == ["baseline", "month_3", "month_6", "month_12"] * 2


def test_a_members_copy_has_nothing_that_mary_said(client: FlaskClient, world: World, rated: Raters) -> None:
    copy = copy_of(client, world.tom)
    (draft,) = copy["rating_draft"]
    assert draft["said"] is None
    assert "rating" not in copy or copy["rating"] == []
    assert "weeps" not in copy["all"]
    assert "Brighter" not in copy["all"]


def test_instruments_are_looked_up_once(client: FlaskClient, world: World, rated: Raters) -> None:
    costs = []
    for _ in range(2):
        with counted() as statements:
            copy_of(client, world.mary)
        costs.append(len([one for one in statements if "from instrument_version" in one.lower()]))
        rated.rate()
    assert costs[0] == costs[1]
