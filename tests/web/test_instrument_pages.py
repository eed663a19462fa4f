"""An administrator sees which instruments there are, records a licence and ends it; a rating obeys it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.identity.models import Person
from app.ratings.instrument import Instrument
from tests.people import World
from tests.ratings.conftest import harbour, own_instruments
from tests.web.browsing import Browser, words

__all__ = ["harbour", "own_instruments"]  # fixtures
FORM = {"code": "harbour", "holder": "Riverside Care", "number": "H-1", "approval": "Letter of 1 November"}


@pytest.fixture
def ruth(harbour: Instrument, browser_of: Callable[[Person], Browser], world: World) -> Browser:
    return browser_of(world.admin)


@pytest.fixture
def here(world: World) -> str:
    return f"/admin/organisations/{world.organisation.id}/instruments"


def test_a_licence_is_recorded_and_ended(ruth: Browser, priya: Browser, here: str, world: World) -> None:
    assert "No licence is recorded." in words(ruth.get(here))
    begin, wheel = {"code": "harbour", "voice": "team"}, f"/console/patients/{world.mary_patient.id}/wheel"
    assert priya.post(wheel, begin).status_code == 409
    done = ruth.post(here, FORM | {"expires_on": "2026-11-18"})
    assert done.status_code == 303
    shown = words(ruth.get(done.headers["Location"]))
    assert "harbour runs Riverside Care, H-1, until 18 November 2026" in shown
    assert priya.post(wheel, begin).status_code == 303
    end = ruth.get(here).get_data(as_text=True).partition('action="')[2]
    address = f"{here}/licences/" + ruth.get(here).get_data(as_text=True).partition("/instruments/licences/")[2][:36]
    assert address in end
    assert ruth.post(f"{address}/end", {}).status_code == 303
    assert "harbour ended" in words(ruth.get(here))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"expires_on": "2026-11-17"}, "A day to come."),
        ({"expires_on": "soon"}, "day"),
        ({"holder": ""}, ""),
        ({"code": "wheel", "expires_on": "2027-01-01"}, "needs no licence"),
    ],
)
def test_what_cannot_be_is_refused_in_words(ruth: Browser, here: str, changed: dict[str, str], said: str) -> None:
    refused = ruth.post(here, FORM | {"expires_on": "2027-01-01"} | changed)
    assert refused.status_code == 422
    assert "There is a problem" in words(refused)
    assert said in words(refused)
    assert "No licence is recorded." in words(ruth.get(here))


def test_a_coordinator_has_no_such_page(priya: Browser, here: str, ruth: Browser, world: World) -> None:
    assert priya.get(here).status_code == 403
    elsewhere = here.replace(str(world.organisation.id), str(world.elsewhere.id))
    assert ruth.get(elsewhere).status_code == 404
