"""Whether somebody who has nothing but texts wants any: asked once, and only their own reply brings more.

Whoever has shown that a phone or an e-mail is theirs, or has ever signed in, has said so by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import select, text

from app.core.db import HotStatement, db
from app.notifications import kinds, service, texts
from app.notifications.models import Delivery
from app.notifications.service import choosing
from app.patients.admission import AdmittedPatient

ABOUT: Final = "may we text"
# Of a person `p` with their manner `m`: whoever has said how they want to be told has said that they do.
AGREES: Final = """
    m.id is not null or p.password_hash is not null or p.phone_verified_at is not null
        or p.email_verified_at is not null or exists (select from device_session s where s.person_id = p.id)
"""
_HAS_AGREED: Final = text(
    f"select ({AGREES}) from person p left join telling_manner m on m.person_id = p.id where p.id = :person"  # noqa: S608  of this code
)
_NOT_ASKED: Final = ("stale", "failed", "undelivered")  # the question never arrived, so it may be put again
_ONCE: Final = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
_DELIVER: Final = HotStatement(service.INSERT_FROM_JSON)


def ask(patient: AdmittedPatient, reader: Mapping[str, Any], at: datetime) -> None:
    """Ask this reader at that time, unless they were asked before."""
    db.session.execute(_ONCE, {"key": f"{ABOUT} {reader['id']}"})
    if _was_asked(reader["id"]):
        return
    words = {
        "reader": texts.first_name(reader["given_name"]),
        "patient": texts.name_with_initial(patient.given_name, patient.family_name),
    }
    row = service.delivery_row(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        recipient_id=reader["id"],
        about=ABOUT,
        about_id=reader["id"],
        kind=kinds.MESSAGE.name,
        body=texts.render("may_we_text", reader["language"], **words),
    )
    due = {"due_at": at, "useful_until": kinds.useful_until(kinds.MESSAGE, at, None)}
    _DELIVER.rows({"deliveries": orjson.dumps([row | due]).decode()})
    service.wake_senders()


def is_awaited(person_id: UUID) -> bool:
    """Were they asked, and have they not agreed? Who has said no may still."""
    return _was_asked(person_id) and not db.session.scalar(_HAS_AGREED, {"person": person_id})


def agree(person_id: UUID) -> None:
    """They want to be told by text, as everybody is until they choose otherwise."""
    choosing.choose_as_usual(person_id)


def _was_asked(person_id: UUID) -> bool:
    asked = (Delivery.recipient_id == person_id, Delivery.about == ABOUT, Delivery.state.not_in(_NOT_ASKED))
    return db.session.scalar(select(Delivery.id).where(*asked).limit(1)) is not None
