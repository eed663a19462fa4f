"""Who was admitted and then got nothing is written down as well: the try stays when its transaction is gone."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core.db import db
from tests.people import World, signed_in
from tests.web.browsing import Browser

NOBODYS = UUID(int=1)  # no id of anything


def acts(world: World) -> list[str]:
    rows = text("select action from audit_entry where patient_id = :patient order by created_at, id")
    return list(db.session.scalars(rows, {"patient": world.mary_patient.id}))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "act"),
    [
        ("GET", f"readings/{NOBODYS}", None, 404, "see_readings"),
        ("GET", "series?measure=weight&days=0", None, 422, "see_readings"),
        ("POST", "readings", {"measure": "nothing"}, 422, "add_readings"),
        ("PATCH", "", {"zone": "Europe/Paris"}, 428, "change_patient"),
    ],
)
def test_a_try_in_vain_stays(
    client: FlaskClient, world: World, method: str, path: str, body: object, status: int, act: str
) -> None:
    before, headers = acts(world), signed_in(client, world.priya)
    url = f"/api/patients/{world.mary_patient.id}/{path}".rstrip("/")
    assert client.open(url, method=method, json=body, headers=headers).status_code == status
    assert acts(world) == [*before, f"in vain: {act}"]


def test_a_refusal_is_written_once(client: FlaskClient, world: World) -> None:
    before, headers = acts(world), signed_in(client, world.tom)
    assert client.get(f"/api/patients/{world.mary_patient.id}", headers=headers).status_code == 403
    assert acts(world) == [*before, "refused see_patient"]
    assert (
        client.get(f"/api/patients/{world.mary_patient.id}/series?measure=weight", headers=headers).status_code == 200
    )
    assert acts(world) == [*before, "refused see_patient", "see_readings"]


def test_a_page_that_refuses_in_its_own_words_is_written_as_in_vain(client: FlaskClient, world: World) -> None:
    browser, page = Browser(client), f"/my/{world.mary_patient.id}/readings/new/weight"
    browser.have_session(world.mary)
    browser.get(page)
    before = acts(world)
    assert browser.post(page, {"value": "no number", "unit": "kg"}).status_code == 422
    assert acts(world)[len(before) :][-1] == "in vain: add_readings"
