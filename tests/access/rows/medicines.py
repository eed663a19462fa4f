"""Medicines and doses, over the API and on pages."""

from __future__ import annotations

from tests.access.rows.row import Of, Row, anybody

_PATIENT = "/api/patients/<uuid:patient_id>"
_MEDICINE = f"{_PATIENT}/medicines/<uuid:medicine_id>"
_PATTERN = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "08:00"}]}]}
_ANSWER = {"answers": [{"id": "$new", "dose_id": "$dose_id", "answer": "taken"}]}
_PAUSE = {"starts_at": "2026-11-19T00:00:00Z", "ends_at": "2026-11-20T00:00:00Z", "why": "holiday"}
_MY, _CONSOLE = "/my/<uuid:patient_id>", "/console/patients/<uuid:patient_id>"
_PAGE = f"{_MY}/medicines"
_ONE, _DOSE = f"{_PAGE}/<uuid:medicine_id>", f"{_PAGE}/doses/<uuid:dose_id>"
_SCHEDULE = f"{_PAGE}/schedules/<uuid:schedule_id>"
_TIMES = {"step": "save", "kind": "daily", "at-1": "08:00", "version": "1", "id": "$new"}
_DAY = {"waking": "07:00", "breakfast": "08:00", "lunch": "12:30", "evening_meal": "18:00", "bedtime": "22:00"}
_DAYS_OFF = {"why": "holiday", "starts_at": "2026-11-19", "ends_at": "2026-11-20"}
_NEEDED = {"medicine_id": "$as_needed"}
_ON_PAGES = {
    f"GET {_PAGE}": Row(),
    f"POST {_PAGE}/taken": Row(body={"id": "$new", "dose": "$dose_id"}),
    f"GET {_DOSE}": Row(),
    f"POST {_DOSE}": Row(body={"id": "$new", "answer": "missed"}),
    f"GET {_DOSE}/twice": Row(),
    f"POST {_DOSE}/twice": Row(body={"id": "$new"}),
    f"GET {_PAGE}/whom-to-ask": Row(),
    f"GET {_ONE}/given": Row(ids=_NEEDED),
    f"POST {_ONE}/given": Row(body={"id": "$new", "amount": "1"}, ids=_NEEDED),
    f"GET {_PAGE}/list": Row(),
    f"GET {_ONE}": Row(),
    f"GET {_ONE}/stop": Row(),
    f"POST {_ONE}/stop": Row(body={"why": "No longer needed."}),
    f"POST {_ONE}/start": Row(),
    f"POST {_ONE}/hiding": Row(),
    f"GET {_PAGE}/pause": Row(),
    f"POST {_PAGE}/pause": Row(body=_DAYS_OFF),
    f"GET {_ONE}/pause": Row(),
    f"POST {_ONE}/pause": Row(body=_DAYS_OFF),
    f"POST {_PAGE}/pauses/<uuid:pause_id>/end": Row(),
    f"GET {_ONE}/watches": Row(),
    f"POST {_ONE}/watches": Row(),
    f"POST {_SCHEDULE}/end": Row(),
    f"GET {_PAGE}/add": Row(),
    f"POST {_PAGE}/add": Row(body={"id": "$new", "step": "details", "typed": "Aspirin 75 mg"}),
    f"GET {_ONE}/change": Row(),
    f"POST {_ONE}/change": Row(body={"version": "1", "form": "tablet"}),
    f"GET {_ONE}/stock": Row(),
    f"POST {_ONE}/stock": Row(body={"id": "$new", "what": "counted", "quantity": "28"}),
    f"GET {_PAGE}/recorded": Row(),
    f"GET {_PAGE}/recorded.csv": Row(),
    f"GET {_ONE}/schedule": Row(),
    f"POST {_ONE}/schedule": Row(body=_TIMES),
    f"GET {_SCHEDULE}": Row(),
    f"POST {_SCHEDULE}": Row(body=_TIMES),
    f"GET {_MY}/day": Row(),
    f"POST {_MY}/day": Row(body=_DAY),
    f"POST {_MY}/day/reminded": Row(),
    f"POST {_MY}/day/zone-kept": Row(),
    f"POST {_CONSOLE}/schedules/<uuid:schedule_id>/settle": Row(body={"version": "1"}),
}

ROWS: dict[str, Row] = _ON_PAGES | {
    f"GET {_PATIENT}/medicines": Row(),
    f"POST {_PATIENT}/medicines": Row(body={"typed": "Aspirin 75 mg"}),
    f"POST {_PATIENT}/medicines/import": Row(body={"resourceType": "Bundle", "entry": []}),
    f"GET {_MEDICINE}": Row(),
    f"PATCH {_MEDICINE}": Row(body={"form": "tablet"}),
    f"POST {_MEDICINE}/stop": Row(body={"why": "No longer needed."}),
    f"POST {_MEDICINE}/start": Row(conflict=anybody),
    f"POST {_MEDICINE}/hiding": Row(),
    f"DELETE {_MEDICINE}/hiding": Row(),
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
    f"GET {_PATIENT}/calendar-feeds": Row(),
    f"POST {_PATIENT}/calendar-feeds": Row(body={"names_medicines": False}),
    f"DELETE {_PATIENT}/calendar-feeds/<uuid:feed_id>": Row(of=Of.MARY),
    "GET /calendars/<secret>.ics": Row(ids={"secret": "$calendar"}, is_open=True, may_be_kept=True),
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
