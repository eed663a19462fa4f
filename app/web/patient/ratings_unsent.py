"""What a phone kept of a rating while there was no signal: it arrives as of then, and sent twice it is the same."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Response, g, jsonify, request

from app.access import guards
from app.access.permissions import Permission
from app.core import clock, http, phone_clock
from app.core.http import Pages
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.ratings.schemas import kept as schemas
from app.ratings.service import arriving

pages = Pages("my_unsent_ratings", __name__, url_prefix="/my/<uuid:patient_id>/unsent/ratings/<uuid:rating_draft>")
RATE: Final = guards.on_patient(Permission.RATE)
_AREA, _FINISHED = schemas.KeptArea(), schemas.Finished()
_TIMES: Final = ("happened_at", "sent_at")
_NAMES: Final = (*_TIMES, "code", "version", "begins", "score", "leave_out", "note")


@pages.post("/areas/<area>", access=RATE)
def say(patient: AdmittedPatient, rating_draft: UUID, area: str) -> Response:
    """They said something of one area."""
    body = http.loaded(_AREA, _typed(*_NAMES) | {"area": area})
    arriving.keep(patient, rating_draft, body["kept"], _when(body), _by())
    return jsonify({})


@pages.post("/send", access=RATE)
def finish(patient: AdmittedPatient, rating_draft: UUID) -> Response:
    """They were through with it."""
    body = http.loaded(_FINISHED, _typed(*_TIMES) | {"said": request.form.getlist("said")})
    arriving.finish(patient, rating_draft, body["said"], _when(body), _by())
    return jsonify({})


def _typed(*names: str) -> dict[str, Any]:
    return {name: text for name in names if (text := request.form.get(name, "").strip())}


def _when(body: dict[str, Any]) -> Any:
    return phone_clock.told(body["happened_at"], clock.now(), body["sent_at"])


def _by() -> By:
    return By(guards.caller().person_id, g.role, "app")
