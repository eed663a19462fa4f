"""Monitoring by text, over the API and on pages."""

from __future__ import annotations

from tests.access.rows.row import Row, anybody

_API = "/api/patients/<uuid:patient_id>/text-programmes"
_ONE = f"{_API}/<uuid:programme_id>"
_MY, _CONSOLE = "/my/<uuid:patient_id>/texts", "/console/patients/<uuid:patient_id>/texts"

_PAGES = {
    f"{method} {page}{end}": Row(body=body)
    for page in (_MY, _CONSOLE)
    for method, end, body in (
        ("GET", "", None),
        ("POST", "", {"times": "08:00"}),
        ("POST", "/pause", {"until": "2027-02-01"}),
        ("POST", "/end", {}),
    )
}
ROWS: dict[str, Row] = {
    f"GET {_API}": Row(),
    f"POST {_API}": Row(body={"id": "$new", "times": ["08:00"]}, conflict=anybody),  # one runs
    f"GET {_ONE}": Row(),
    f"GET {_ONE}/asks": Row(),
    f"PATCH {_ONE}": Row(body={"times": ["09:00"]}, version="2"),
    f"POST {_ONE}/pause": Row(body={"until": "2027-02-01"}),
    f"POST {_ONE}/end": Row(),
    **_PAGES,
}
