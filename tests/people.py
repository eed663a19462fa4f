"""The demo's people, and how each of them calls Kith."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.demo.people import PASSWORD, World, arrive
from app.identity import service as identity
from app.identity import tokens
from app.identity.models import Person

__all__ = ["PASSWORD", "World", "arrive", "signed_in"]


def signed_in(client: FlaskClient, person: Person, *, half: bool = False) -> dict[str, str]:
    """The headers with which this person's app calls the API, without the cost of proving a password.

    `half`: the second factor that staff need has not been shown yet.
    """
    app = client.application
    with app.app_context(), unit_of_work():
        session = identity.new_session(person, "app", "a test's phone", timedelta(days=1), second_factor=not half)
        db.session.flush()
        token = tokens.access_token(session.id, app.extensions["token_key"], clock.now())
    return {"Authorization": f"Bearer {token}"}
