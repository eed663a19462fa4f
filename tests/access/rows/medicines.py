"""Medicines and doses, over the API and on pages."""

from __future__ import annotations

from tests.access.rows.row import Row, anybody

_PATIENT = "/api/patients/<uuid:patient_id>"
_MEDICINE = f"{_PATIENT}/medicines/<uuid:medicine_id>"
_PATTERN = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "08:00"}]}]}
_ANSWER = {"answers": [{"id": "$new", "dose_id": "$dose_id", "answer": "taken"}]}
_PAUSE = {"starts_at": "2026-11-19T00:00:00Z", "ends_at": "2026-11-20T00:00:00Z", "why": "holiday"}

ROWS: dict[str, Row] = {
    f"GET {_PATIENT}/medicines": Row(),
    f"POST {_PATIENT}/medicines": Row(body={"typed": "Aspirin 75 mg"}),
    f"GET {_MEDICINE}": Row(),
    f"PATCH {_MEDICINE}": Row(body={"form": "tablet"}),
    f"POST {_MEDICINE}/stop": Row(body={"why": "No longer needed."}),
    f"POST {_MEDICINE}/start": Row(conflict=anybody),
    f"GET {_MEDICINE}/history": Row(),
    f"GET {_MEDICINE}/watches": Row(),
    f"PUT {_MEDICINE}/watches": Row(body={"items": []}),
    f"GET {_MEDICINE}/stock": Row(),
    f"GET {_MEDICINE}/stock/counts": Row(),
    f"POST {_MEDICINE}/stock": Row(body={"quantity": "28"}),
    f"POST {_MEDICINE}/schedules": Row(body={"pattern": _PATTERN}),
    f"PATCH {_PATIENT}/schedules/<uuid:schedule_id>": Row(body={"pattern": _PATTERN}),
    f"DELETE {_PATIENT}/schedules/<uuid:schedule_id>": Row(),
    f"POST {_PATIENT}/schedules/<uuid:schedule_id>/settle": Row(),
    f"POST {_PATIENT}/schedule-preview": Row(body={"pattern": _PATTERN}),
    f"GET {_PATIENT}/medicine-pauses": Row(),
    f"POST {_PATIENT}/medicine-pauses": Row(body=_PAUSE),
    f"DELETE {_PATIENT}/medicine-pauses/<uuid:pause_id>": Row(),
    f"GET {_PATIENT}/adherence": Row(),
    f"GET {_PATIENT}/adherence.csv": Row(),
    f"GET {_PATIENT}/doses": Row(),
    f"GET {_PATIENT}/doses/<uuid:dose_id>": Row(),
    f"POST {_PATIENT}/doses/answers": Row(body=_ANSWER),
    f"POST {_MEDICINE}/given": Row(body={"id": "$new", "amount": "1"}, ids={"medicine_id": "$as_needed"}),
    f"GET {_MEDICINE}/possible": Row(ids={"medicine_id": "$as_needed"}),
    f"GET {_PATIENT}/day": Row(),
    f"PUT {_PATIENT}/day/times": Row(body={"times": {"lunch": "13:00"}}),
    f"PUT {_PATIENT}/day/reminded": Row(body={"person_id": None}),
    f"PUT {_PATIENT}/day/zone-seen": Row(body={"zone": "Europe/Madrid"}),
    f"PUT {_PATIENT}/day/zone-kept": Row(),
}
