"""What a phone needs to write without a signal: a page that holds nothing of anybody, and who may send from here."""

from __future__ import annotations

from flask import Response, jsonify, render_template

from app.access import guards
from app.core import csrf
from app.core.http import Pages

pages = Pages("my_unsent_page", __name__)


@pages.get("/offline", access=guards.public)
def offline() -> str:
    """The page that a phone shows where there is no signal: what it says of people it has on the phone itself."""
    return render_template("offline.html")


@pages.get("/me/unsent", access=guards.signed_in)
def mine() -> Response:
    """Who is signed in, and the token to send with: only their own is sent."""
    return jsonify({"person": str(guards.caller().person_id), "csrf_token": csrf.token()})
