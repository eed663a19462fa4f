"""Visits, over the API and on pages."""

from __future__ import annotations

from tests.access.rows.row import Of, Row, anybody

_PATIENT, _MY = "/api/patients/<uuid:patient_id>", "/my/<uuid:patient_id>/visits"
_VISIT, _PAGE = f"{_PATIENT}/visits/<uuid:visit_id>", f"{_MY}/<uuid:visit_id>"
_UNSENT = "/my/<uuid:patient_id>/unsent/visits/<uuid:visit_id>"
_THEN = {"happened_at": "$now", "sent_at": "$now"}
_PLAN = {"plan_id": "$visit_plan"}
_ONCE = {"id": "$new", "what": "Tea", "on": "2026-11-20", "at": "15:00", "minutes": 30}
_WEEKLY = {"id": "$new", "what": "Care", "weekdays": [1], "at": "09:00", "minutes": 30, "starts_on": "2026-11-18"}
_PULSE = {"id": "$new", "measure": "pulse", "measured_at": "$now", "value": 72, "unit": "/min"}
_MINUTES = {"version": "1", "at": "09:00", "minutes": "20"}


def _plans(pages: str) -> dict[str, Row]:
    """The pages of planned visits, of one audience."""
    return {
        f"GET {pages}": Row(),
        f"GET {pages}/new": Row(),
        f"GET {pages}/new/<kind>": Row(ids={"kind": "once"}),
        f"POST {pages}/new/<kind>": Row(body=_ONCE, ids={"kind": "once"}),
        f"GET {pages}/<uuid:plan_id>": Row(ids=_PLAN),
        f"GET {pages}/<uuid:plan_id>/<part>": Row(ids=_PLAN | {"part": "time"}),
        f"POST {pages}/<uuid:plan_id>/<part>": Row(ids=_PLAN | {"part": "time"}, body=_MINUTES),
        f"POST {pages}/<uuid:plan_id>/end": Row(ids=_PLAN),
    }


ROWS: dict[str, Row] = {
    f"GET {_PATIENT}/visits": Row(),
    f"POST {_PATIENT}/visits": Row(body=_ONCE),
    f"GET {_VISIT}": Row(),
    f"PATCH {_VISIT}": Row(body={"visitor_id": None}),
    f"POST {_VISIT}/calling-off": Row(body={"why": "Not today."}),
    f"POST {_VISIT}/hiding": Row(),
    f"DELETE {_VISIT}/hiding": Row(),
    f"POST {_VISIT}/arrival": Row(body={}),
    f"POST {_VISIT}/leaving": Row(body={}),
    f"GET {_VISIT}/notes": Row(),
    f"POST {_VISIT}/notes": Row(body={"id": "$new", "family": "All well."}),
    # Nobody but Nurse Adeyemi has been there, and that visit is over.
    f"POST {_VISIT}/readings": Row(body={"readings": [_PULSE]}, conflict=anybody),
    f"GET {_PATIENT}/visit-plans": Row(),
    f"POST {_PATIENT}/visit-plans": Row(body=_WEEKLY),
    f"PATCH {_PATIENT}/visit-plans/<uuid:plan_id>": Row(body={"minutes": 20}, ids=_PLAN),
    f"DELETE {_PATIENT}/visit-plans/<uuid:plan_id>": Row(ids=_PLAN),
    f"POST {_PATIENT}/arrival-code": Row(),
    f"GET {_PATIENT}/visit-audience": Row(),
    f"GET {_PATIENT}/visit-tasks": Row(),
    f"GET {_PATIENT}/visit-handover": Row(),
    f"PUT {_PATIENT}/visit-notes/<uuid:note_id>/handover-read": Row(ids={"note_id": "$visit_note"}),
    f"POST {_UNSENT}/arrival": Row(body=_THEN),
    f"POST {_UNSENT}/note": Row(body=_THEN | {"id": "$new", "family": "All well."}),
    f"POST {_UNSENT}/leaving": Row(body=_THEN),
    "POST /my/<uuid:patient_id>/unsent/readings/<measure>": Row(
        body=_THEN | {"id": "$new", "value": "72"}, ids={"measure": "pulse"}
    ),
    "GET /arrive/<code>": Row(of=Of.CALLER, ids={"code": "$arrival_code"}),
    f"GET {_MY}": Row(),
    f"GET {_MY}/arrive": Row(),
    f"POST {_MY}/arrive": Row(body={"id": "$new", "visit": "$visit_id"}),
    f"GET {_PAGE}": Row(),
    f"POST {_PAGE}/hiding": Row(),
    f"GET {_PAGE}/write": Row(not_theirs=303),
    f"POST {_PAGE}/write": Row(body={"id": "$new", "step": "save", "family": "All well."}),
    f"POST {_PAGE}/leave": Row(),
    f"POST {_MY}/handover/<uuid:note_id>": Row(ids={"note_id": "$visit_note"}),
    f"GET {_PAGE}/call-off": Row(),
    f"POST {_PAGE}/call-off": Row(body={"why": "Not today."}),
    f"GET {_MY}/code": Row(),
    f"POST {_MY}/code": Row(),
    **_plans(f"{_MY}/plans"),
    **_plans("/console/patients/<uuid:patient_id>/visits/plans"),
}
