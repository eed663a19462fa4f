"""Help of the circle and its calendar, over the API and on pages."""

from __future__ import annotations

from app.access.roles import Role
from tests.access.rows.row import Of, Row, anybody

_HELP, _MY = "/api/patients/<uuid:patient_id>/help", "/my/<uuid:patient_id>/help"
_ONE, _PAGE = f"{_HELP}/<uuid:request_id>", f"{_MY}/<uuid:request_id>"
_CALENDAR, _DAYS = "/api/patients/<uuid:patient_id>/circle-calendar", "/my/<uuid:patient_id>/calendar"
_ASK = "/console/patients/<uuid:patient_id>/alerts/<uuid:alert_id>/ask"
# Mary asked; of the circle only whoever asked says what is to become of it.
_IN_CIRCLE = frozenset({Role.MEMBER, Role.VISITOR})

ROWS: dict[str, Row] = {
    f"GET {_HELP}": Row(),
    f"POST {_HELP}": Row(body={"id": "$new", "thing": "meal"}),
    f"GET {_HELP}/helpers": Row(),
    f"GET {_HELP}/fair-view": Row(),
    f"GET {_ONE}": Row(),
    f"POST {_ONE}/take": Row(),
    f"POST {_ONE}/pass": Row(),
    f"POST {_ONE}/give-back": Row(),
    f"POST {_ONE}/arrived": Row(conflict=anybody),
    f"POST {_ONE}/done": Row(conflict=anybody),
    f"POST {_ONE}/was-done": Row(not_for=_IN_CIRCLE, conflict=anybody),
    f"POST {_ONE}/call-off": Row(not_for=_IN_CIRCLE),
    f"GET {_CALENDAR}": Row(),
    f"GET {_CALENDAR}/addresses": Row(),
    f"POST {_CALENDAR}/addresses": Row(),
    f"DELETE {_CALENDAR}/addresses/<uuid:calendar_id>": Row(of=Of.MARY),
    "GET /calendars/circle/<secret>.ics": Row(ids={"secret": "$circle_calendar"}, is_open=True, may_be_kept=True),
    f"GET {_MY}": Row(),
    f"GET {_MY}/fair": Row(),
    f"GET {_MY}/ask": Row(),
    f"POST {_MY}/ask": Row(body={"id": "$new", "step": "whom", "thing": "meal", "when": "soon", "whom": "all"}),
    f"GET {_PAGE}": Row(),
    f"POST {_PAGE}/answer": Row(body={"act": "take"}),
    f"POST {_PAGE}/settle": Row(body={"act": "call-off"}, not_for=_IN_CIRCLE),
    f"GET {_DAYS}": Row(),
    f"POST {_DAYS}": Row(),
    f"POST {_DAYS}/<uuid:calendar_id>/end": Row(of=Of.MARY),
    f"GET {_ASK}": Row(),
    f"POST {_ASK}": Row(body={"id": "$new", "thing": "ring", "whom": "all"}),
}
