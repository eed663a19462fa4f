"""Write down what was done about how somebody signs in; tell them where it may not have been they."""

from __future__ import annotations

from uuid import UUID

from app.access.permissions import Purpose
from app.core import audit
from app.core.logs import log


def note(what: str, person_id: UUID, by: UUID | None = None, organisation_id: UUID | None = None) -> None:
    """Have it written into the audit; `by` is somebody else who did it."""
    entry = audit.Entry(
        role="admin" if by else "self",
        action=what,
        organisation_id=organisation_id,
        actor_id=by or person_id,
        purpose=str(Purpose.SERVICE),
        subject_id=person_id,
        request_id=audit.request_id(),
    )
    audit.note(entry)


def tell(what: str, person_id: UUID) -> None:
    """The same, and loudly: somebody else may have done it in their name."""
    note(what, person_id)
    log.warning("sign-in", reason=what, actor=str(person_id))
