"""Close a thread: within the circle by whoever writes there; with the team once nobody waits for it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from app.access.roles import STAFF
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.messages.models import Thread
from app.messages.service import locking, writing
from app.patients.admission import AdmittedPatient
from app.patients.by import By

NOT_ANSWERED: Final = "The team has not answered yet. It can be closed when they have."
WRITTEN_SINCE: Final = "Somebody has written again since you opened this. Read that first; it was not closed."
SAY_HOW: Final = "Somebody waits for an answer: say how they got it, or why none is needed."


def close(
    patient: AdmittedPatient,
    kind: str,
    thread_id: UUID,
    by: By,
    words: str | None = None,
    shown: datetime | None = None,
) -> Thread:
    """Close a thread; closed before, it stays so. `words` stand in it for whoever waits, as "We spoke on the phone".

    Raises NotFound; Conflict for whoever waits for the team, and where somebody wrote after what was `shown`; Invalid
    where the team closes without such words.
    """
    thread = locking.locked(patient, kind, thread_id, by)
    if thread.closed_at is not None:
        return thread
    if thread.waiting_since is not None:
        if by.role not in STAFF:
            raise Conflict(NOT_ANSWERED)
        if writing.waits_still(thread, shown) is not None:
            raise Conflict(WRITTEN_SINCE)
        if not words:
            raise Invalid(SAY_HOW, errors=[{"pointer": "/note", "detail": SAY_HOW}])
        writing.answered(patient, thread, by)
    thread.closed_at, thread.closed_by = clock.now(), by.person_id
    locking.note(thread, "closed", by.person_id, words=words)
    db.session.flush()
    return thread
