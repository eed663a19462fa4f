"""Readings, plans, alerts, to-dos: over the API and on pages; what providers call."""

from __future__ import annotations

from tests.access.rows.row import READING, Of, Row, anybody

_PATIENT, _ALERT = "/api/patients/<uuid:patient_id>", "/api/patients/<uuid:patient_id>/alerts/<uuid:alert_id>"
_CONSOLE = "/console/patients/<uuid:patient_id>"
_MY = "/my/<uuid:patient_id>"
_MEASURE = {"measure": "oxygen_saturation"}
_SID = "SM" + "1" * 32

ROWS: dict[str, Row] = {
    f"GET {_PATIENT}/readings": Row(),
    f"POST {_PATIENT}/readings": Row(body=READING),
    f"GET {_PATIENT}/readings/<uuid:reading_id>": Row(),
    f"POST {_PATIENT}/readings/<uuid:reading_id>/correction": Row(body={"reason": "entered in error"}),
    f"POST {_PATIENT}/readings/<uuid:reading_id>/hiding": Row(),
    f"DELETE {_PATIENT}/readings/<uuid:reading_id>/hiding": Row(),
    f"POST {_PATIENT}/readings/upload": Row(body={"readings": [READING]}),
    f"POST {_PATIENT}/check-ins": Row(body={"id": "$new", "readings": [READING]}),
    f"GET {_PATIENT}/series": Row(query="?measure=oxygen_saturation"),
    "GET /api/protocols": Row(),
    f"GET {_PATIENT}/monitoring": Row(),
    f"POST {_PATIENT}/monitoring/plans": Row(body={"protocol": "heart_failure"}),
    f"DELETE {_PATIENT}/monitoring/plans/<uuid:plan_id>": Row(),
    f"POST {_PATIENT}/monitoring/limits": Row(
        body={
            "name": "oxygen_saturation.low.red.target",
            "value": 87,
            "reason": "Set at clinic.",
            "review_on": "2027-01-10",
        }
    ),
    f"DELETE {_PATIENT}/monitoring/limits/<uuid:limit_id>": Row(),
    f"GET {_PATIENT}/alerts": Row(),
    f"GET {_ALERT}": Row(),
    f"POST {_ALERT}/acknowledge": Row(),
    f"POST {_ALERT}/notes": Row(body={"text": "Rang; no answer."}),
    f"POST {_ALERT}/resolve": Row(body={"outcome": "patient_well"}),
    "GET /api/worklist": Row(),
    "GET /api/todos": Row(),
    "POST /api/todos/<uuid:todo_id>/done": Row(of=Of.TEAM),
    "GET /console/worklist": Row(),
    f"GET {_CONSOLE}": Row(),
    f"GET {_CONSOLE}/account": Row(),
    f"POST {_CONSOLE}/account/second-factor": Row(body={"reason": "Lost the phone; seen in person with a passport."}),
    f"POST {_CONSOLE}/account/reopening": Row(conflict=anybody),
    f"GET {_CONSOLE}/alerts/<uuid:alert_id>": Row(),
    f"POST {_CONSOLE}/alerts/<uuid:alert_id>/acknowledge": Row(),
    f"POST {_CONSOLE}/alerts/<uuid:alert_id>/notes": Row(body={"note": "Rang; no answer."}),
    f"POST {_CONSOLE}/alerts/<uuid:alert_id>/resolve": Row(body={"outcome": "patient_well", "version": "1"}),
    f"POST {_CONSOLE}/alerts/<uuid:alert_id>/take": Row(),
    f"POST {_CONSOLE}/todos/<uuid:todo_id>/done": Row(),
    f"GET {_MY}/": Row(),
    f"GET {_MY}/numbers": Row(),
    f"GET {_MY}/plan": Row(),
    f"GET {_MY}/readings/<uuid:reading_id>": Row(),
    f"POST {_MY}/readings/<uuid:reading_id>/hiding": Row(),
    f"GET {_MY}/readings/new": Row(),
    f"GET {_MY}/readings/new/<measure>": Row(ids=_MEASURE),
    f"POST {_MY}/readings/new/<measure>": Row(
        ids=_MEASURE, body={"value": "97", "oxygen": "air", "confirmed": "yes", "check_in_id": "$new", "id": "$new"}
    ),
    "POST /webhooks/twilio/inbound": Row(body={"MessageSid": _SID, "Body": "Hello", "From": "+447700900203"}),
    "POST /webhooks/twilio/status/<uuid:delivery_id>": Row(body={"MessageSid": _SID, "MessageStatus": "delivered"}),
}
