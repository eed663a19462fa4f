"""The demo's people, and how each of them calls Kith."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.demo.people import PASSWORD, World, arrive
from app.identity import queries, second_factor_codes, tokens
from app.identity import service as identity
from app.identity.models import Person

__all__ = ["PASSWORD", "World", "arrive", "code_of", "signed_in"]


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


def code_of(person: Person) -> str:
    """What this person's authenticator app shows, or showed a moment ago where that serves still.

    While a test's clock stands, so that nobody waits, three sign-ins find a code each: of before, of now, of next.
    """
    app = queries.authenticator_app(person.id)
    assert app is not None
    assert app.secret is not None
    step = second_factor_codes.step_at(clock.now())
    return second_factor_codes.code_of(app.secret, max(step - 1, app.last_step + 1))
