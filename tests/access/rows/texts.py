"""Monitoring by text."""

from __future__ import annotations

from tests.access.rows.row import Row

_MY, _CONSOLE = "/my/<uuid:patient_id>/texts", "/console/patients/<uuid:patient_id>/texts"

ROWS: dict[str, Row] = {
    f"{method} {page}{end}": Row(body=body)
    for page in (_MY, _CONSOLE)
    for method, end, body in (
        ("GET", "", None),
        ("POST", "", {"times": "08:00"}),
        ("POST", "/pause", {"until": "2027-02-01"}),
        ("POST", "/end", {}),
    )
}
