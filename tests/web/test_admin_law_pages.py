"""What an administrator sees and does about the law: who did what, what is kept, legal holds."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app.identity.models import Person
from tests.people import World, signed_in
from tests.web.browsing import Browser, words

DAY = "2026-11-18"


def locks(client: FlaskClient, world: World, whom: Person) -> None:
    path = f"/api/organisations/{world.organisation.id}/people/{whom.id}"
    assert client.post(f"{path}/lock", headers=signed_in(client, world.admin)).status_code == 200
    assert client.post(f"{path}/unlock", headers=signed_in(client, world.admin)).status_code == 204


@pytest.fixture
def ruth(browser_of: Callable[[Person], Browser], world: World) -> Browser:
    return browser_of(world.admin)


def page(organisation_id: UUID, name: str) -> str:
    return f"/admin/organisations/{organisation_id}/{name}"


def test_the_page_says_the_same(client: FlaskClient, ruth: Browser, world: World) -> None:
    locks(client, world, world.lind)
    here = page(world.organisation.id, "audit")
    assert "Who did what" in words(ruth.get(here))
    found = words(ruth.get(f"{here}?person_id={world.lind.id}&day={DAY}"))
    assert f"Anna Lind, 18 November 2026 10:00 {world.admin.name}, an administrator, opened" in found
    assert "Nothing was written down" in words(ruth.get(f"{here}?person_id={world.priya.id}&day={DAY}"))
    for query, said in (("person_id=&day=2026-11-18", "Choose whom"), (f"person_id={world.lind.id}", "Choose a day")):
        refused = ruth.get(f"{here}?{query}")
        assert refused.status_code == 422
        assert said in words(refused)
    assert ruth.get(f"{here}?person_id={world.mary.id}&day={DAY}").status_code == 404
    assert ruth.get(page(world.elsewhere.id, "audit")).status_code == 404


def test_holds_are_set_and_lifted_from_their_page(ruth: Browser, world: World) -> None:
    here = page(world.organisation.id, "keeping")
    assert "No hold runs." in words(ruth.get(here))
    why = "A claim was made in November."
    one = {"covers": "one", "reason": why, "record": f"https://kith.example/console/patients/{world.mary_patient.id}"}
    assert ruth.post(f"{here}/holds", one).headers["Location"].endswith("said=set")
    shown = ruth.get(here).get_data(as_text=True)
    assert "Mary Okafor" in shown
    assert why in shown
    lift = shown.partition("/keeping/holds/")[2].partition('"')[0]
    assert ruth.post(f"{here}/holds/{lift}").headers["Location"].endswith("said=lifted")
    assert "No hold runs." in words(ruth.get(here))
    assert ruth.post(f"{here}/holds", {"covers": "all", "reason": why}).status_code == 303
    assert "All records of the organisation" in words(ruth.get(here))


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "nothing said": ({"reason": "A claim was made."}, "Choose whether one record or all"),
    "no record": ({"covers": "one", "reason": "A claim was made."}, "No record of this organisation"),
    "no reason": ({"covers": "all", "reason": "short"}, "Write why, in 10 characters or more"),
    "unknown": ({"covers": "one", "record": str(UUID(int=7)), "reason": "A claim was made."}, "No record of this"),
}


@pytest.mark.parametrize(("form", "said"), REFUSED.values(), ids=REFUSED)
def test_a_hold_that_does_not_fit_is_said_beside_its_field(
    ruth: Browser, world: World, form: dict[str, str], said: str
) -> None:
    here = page(world.organisation.id, "keeping")
    ruth.get(here)
    refused = ruth.post(f"{here}/holds", form)
    assert refused.status_code == 422
    assert said in words(refused)
    assert "No hold runs." in words(ruth.get(here))


def test_the_schedule_stands_there_in_words(ruth: Browser, world: World) -> None:
    shown = words(ruth.get(page(world.organisation.id, "keeping")))
    assert "The care record of an adult 8 years after the end of care" in shown
    assert "Not approved yet" in shown
    assert "_at" not in shown  # words for each column from which a time counts: app/records/schedule.py
