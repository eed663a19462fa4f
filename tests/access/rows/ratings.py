"""Ratings, what is being written of them, when they are due, and licences of instruments."""

from __future__ import annotations

from app.access.roles import STAFF
from tests.access.rows.row import Of, Row

_PATIENT = "/api/patients/<uuid:patient_id>"
_RATINGS, _DRAFTS, _COURSES = f"{_PATIENT}/ratings", f"{_PATIENT}/rating-drafts", f"{_PATIENT}/rating-courses"
_SCORES = {"mood": 6, "home": 8}
# From a sheet of paper: so also whoever is of the team writes down what she says.
_PAPER = {"code": "wheel", "voice": "patient", "on_paper": True}
_LICENCE = {
    "organisation_id": "$organisation_id",
    "code": "harbour",
    "holder": "Riverside Care",
    "number": "H-1",
    "approval": "Letter of 1 November",
    "expires_on": "2027-11-01",
}

ROWS: dict[str, Row] = {
    f"GET {_RATINGS}": Row(),
    f"POST {_RATINGS}": Row(body={"id": "$new", "scores": _SCORES} | _PAPER),
    f"GET {_RATINGS}/distance": Row(query="?code=wheel"),
    f"GET {_RATINGS}/side-by-side": Row(query="?code=wheel"),
    f"GET {_RATINGS}/<uuid:rating_id>": Row(),
    # It is her own view: the team has its own.
    f"POST {_RATINGS}/<uuid:rating_id>/corrections": Row(
        body={"id": "$new", "scores": _SCORES, "reason": "I pressed the wrong number."}, not_for=STAFF
    ),
    f"GET {_DRAFTS}": Row(),
    f"PUT {_DRAFTS}": Row(body={"said": {"mood": {"score": 6}}} | _PAPER),
    f"DELETE {_DRAFTS}/<uuid:rating_draft>": Row(of=Of.MARY),
    f"POST {_DRAFTS}/<uuid:rating_draft>/finish": Row(of=Of.MARY),
    f"GET {_PATIENT}/instruments": Row(),
    f"GET {_COURSES}": Row(),
    f"POST {_COURSES}": Row(body={"code": "wheel"}),
    f"POST {_COURSES}/<uuid:course_id>/end": Row(),
    f"GET {_PATIENT}/rating-dues": Row(),
    "GET /api/instruments": Row(),
    "GET /api/instrument-licences": Row(),
    "POST /api/instrument-licences": Row(body=_LICENCE, of=Of.ORGANISATION),
    "POST /api/instrument-licences/<uuid:licence_id>/end": Row(of=Of.ORGANISATION),
}
