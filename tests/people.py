"""The demo's people, and how each of them calls Kith."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.demo.people import PASSWORD, World, arrive
from app.identity.models import Person

__all__ = ["PASSWORD", "World", "arrive", "signed_in"]


def signed_in(client: FlaskClient, person: Person) -> dict[str, str]:
    """The headers with which this person's app calls the API."""
    answer = client.post("/api/sign-in", json={"identifier": person.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}
