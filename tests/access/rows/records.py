"""Who looked, what is taken away, what is opened in an emergency, what the law asks."""

from __future__ import annotations

from tests.access.rows.row import Of, Row, anybody, is_somebody_to_mary, works

_PATIENT = "/api/patients/<uuid:patient_id>"
_ABOUT_HER = {"export_id": "$export_about_her"}
_OPENED = {"patient_id": "$patient_id", "reason": "Found unconscious in the waiting room."}

ROWS: dict[str, Row] = {
    f"GET {_PATIENT}/access-log": Row(),
    f"GET {_PATIENT}/correction-notes": Row(),
    f"POST {_PATIENT}/correction-notes": Row(body={"text": "The allergy is to nuts, not to penicillin."}),
    f"GET {_PATIENT}/exports": Row(),
    f"POST {_PATIENT}/exports": Row(),
    f"GET {_PATIENT}/exports/<uuid:export_id>/file": Row(of=Of.MARY),
    f"POST {_PATIENT}/reopening": Row(conflict=anybody),
    "GET /api/me/exports": Row(),
    "POST /api/me/exports": Row(),
    "GET /api/me/exports/<uuid:export_id>/file": Row(of=Of.MARY, ids=_ABOUT_HER),
    "GET /api/me/closing": Row(),
    "POST /api/me/closing": Row(body={"confirmed": True}, conflict=works),
    "GET /api/retention": Row(),
    "GET /api/legal-holds": Row(),
    "POST /api/legal-holds": Row(
        of=Of.ORGANISATION,
        body={
            "organisation_id": "$organisation_id",
            "patient_id": "$patient_id",
            "reason": "A claim was made in November.",
        },
    ),
    "POST /api/legal-holds/<uuid:hold_id>/lift": Row(of=Of.ORGANISATION),
    "GET /me/record/": Row(),
    "POST /me/record/<uuid:patient_id>/notes": Row(body={"text": "The allergy is to nuts, not to penicillin."}),
    "GET /me/record/close": Row(),
    "POST /me/record/close": Row(of=Of.CALLER, body={"confirmed": "yes"}),
    "POST /me/record/copies": Row(),
    "GET /me/record/copies/<uuid:export_id>": Row(of=Of.MARY, ids=_ABOUT_HER),
    "GET /my/<uuid:patient_id>/who-looked": Row(),
    "GET /console/emergencies": Row(),
    "POST /console/emergencies/<uuid:access_id>/review": Row(
        of=Of.ORGANISATION, body={"note": "Right: nobody else was there."}
    ),
    "GET /console/emergency": Row(),
    "POST /console/emergency": Row(of=Of.CALLER, body={"nhs_number": "9990000018", "reason": _OPENED["reason"]}),
    "POST /console/emergency/<uuid:access_id>/end": Row(whose="clinician who broke the glass"),
    "GET /api/emergency-access": Row(),
    "POST /api/emergency-access": Row(of=Of.ORGANISATION, body=_OPENED, conflict=is_somebody_to_mary),
    "POST /api/emergency-access/<uuid:access_id>/end": Row(whose="clinician who broke the glass"),
    "GET /api/emergency-accesses": Row(),
    "POST /api/emergency-accesses/<uuid:access_id>/review": Row(
        of=Of.ORGANISATION, body={"note": "Right: nobody else was there."}
    ),
}
