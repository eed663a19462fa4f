"""The pages of ratings, for the patient and for their team."""

from __future__ import annotations

from app.access.roles import STAFF
from tests.access.rows.row import Of, Row

_MY, _CONSOLE = "/my/<uuid:patient_id>/wheel", "/console/patients/<uuid:patient_id>/wheel"
_PAPER = {"code": "wheel", "voice": "patient", "on_paper": "yes"}
_CORRECTION = {"id": "$new", "mood": "6", "home": "8", "reason": "I pressed the wrong number."}

_UNSENT = "/my/<uuid:patient_id>/unsent/ratings/<uuid:rating_draft>"
_THEN = {"happened_at": "$now", "sent_at": "$now"}
_AREA = _THEN | {"code": "wheel", "version": "2", "score": "6", "begins": "yes"}

ROWS: dict[str, Row] = {
    # Of hers one was begun before.
    f"POST {_UNSENT}/areas/<area>": Row(
        body=_AREA, ids={"rating_draft": "$new", "area": "body"}, not_for=STAFF, conflict=lambda one: one.is_mary
    ),
    f"POST {_UNSENT}/send": Row(of=Of.MARY, body=_THEN),
} | {
    f"{method} {page}{end}": row
    for page in (_MY, _CONSOLE)
    for method, end, row in (
        ("GET", "", Row()),
        ("POST", "", Row(body=_PAPER)),
        ("GET", "/<uuid:rating_draft>/<area>", Row(of=Of.MARY)),
        ("POST", "/<uuid:rating_draft>/<area>", Row(of=Of.MARY, body={"score": "6"})),
        ("GET", "/<uuid:rating_draft>/send", Row(of=Of.MARY)),
        ("POST", "/<uuid:rating_draft>/send", Row(of=Of.MARY)),
        ("POST", "/<uuid:rating_draft>/let-go", Row(of=Of.MARY)),
        ("GET", "/<uuid:rating_id>/correct", Row()),
        # It is her own view: the team has its own.
        ("POST", "/<uuid:rating_id>/correct", Row(body=_CORRECTION, not_for=STAFF)),
    )
}
