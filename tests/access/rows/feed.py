"""The feed, over the API and on pages."""

from __future__ import annotations

from app.access.roles import Role
from tests.access.personas import Persona
from tests.access.rows.row import MARY, Row

_FEED, _MY = "/api/patients/<uuid:patient_id>/feed", "/my/<uuid:patient_id>/feed"
_ONE, _PAGE = f"{_FEED}/<uuid:post_id>", f"{_MY}/<uuid:post_id>"
_NEW = {"id": "$new", "text": "A good day."}
_NOT_AUTHOR_NOR_TEAM = frozenset({Role.ACTING, Role.MEMBER, Role.VISITOR})


def wrote_it(persona: Persona) -> bool:
    """One's own is changed or taken away, not reported."""
    return persona.is_mary


ROWS: dict[str, Row] = {
    f"GET {_FEED}": Row(),
    f"POST {_FEED}": Row(body=_NEW),
    f"GET {_FEED}/unread": Row(),
    f"GET {_FEED}/box": Row(),
    f"GET {_ONE}": Row(),
    f"PATCH {_ONE}": Row(body={"text": "A very good day."}, asked_by=MARY),
    f"DELETE {_ONE}": Row(asked_by=MARY),
    f"POST {_ONE}/hiding": Row(),
    f"DELETE {_ONE}/hiding": Row(),
    f"GET {_ONE}/photo": Row(),
    f"GET {_ONE}/comments": Row(),
    f"POST {_ONE}/comments": Row(body=_NEW),
    f"GET {_ONE}/seen-by": Row(),
    f"GET {_ONE}/reactions": Row(),
    f"PUT {_ONE}/reaction": Row(body={"kind": "hug"}),
    f"DELETE {_ONE}/reaction": Row(),
    f"GET {_ONE}/before": Row(not_for=_NOT_AUTHOR_NOR_TEAM),
    f"POST {_ONE}/report": Row(body={"reason": "It hurts."}, conflict=wrote_it),
    f"GET {_ONE}/reports": Row(),
    f"GET {_MY}": Row(),
    f"GET {_MY}/new": Row(),
    f"POST {_MY}/new": Row(body=_NEW),
    f"GET {_PAGE}": Row(),
    f"GET {_PAGE}/photo": Row(),
    f"POST {_PAGE}/hiding": Row(),
    f"POST {_PAGE}/comments": Row(body=_NEW),
    f"POST {_PAGE}/reaction": Row(body={"kind": "hug"}),
    f"GET {_PAGE}/change": Row(asked_by=MARY),
    f"POST {_PAGE}/change": Row(body={"text": "A very good day.", "version": "1"}, asked_by=MARY),
    f"GET {_PAGE}/take-away": Row(asked_by=MARY),
    f"POST {_PAGE}/take-away": Row(asked_by=MARY),
    f"GET {_PAGE}/report": Row(conflict=wrote_it),
    f"POST {_PAGE}/report": Row(body={"reason": "It hurts."}, conflict=wrote_it),
    f"GET {_PAGE}/before": Row(not_for=_NOT_AUTHOR_NOR_TEAM),
}
