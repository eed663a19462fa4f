"""How carers are themselves."""

from __future__ import annotations

from tests.access.rows.row import Of, Row

_AGREEMENT = {"member": "$member_id", "agreed": "shown"}

ROWS: dict[str, Row] = {
    "GET /me/how-i-am": Row(),
    "POST /me/how-i-am": Row(of=Of.CALLER, body={"id": "$new", "hard": "1", "tired": "1", "alone": "1"}),
    "POST /me/how-i-am/agree": Row(whose="tom", body=_AGREEMENT),
    "POST /me/how-i-am/end": Row(of=Of.CALLER, body=_AGREEMENT),
    "GET /console/patients/<uuid:patient_id>/carers": Row(),
}
