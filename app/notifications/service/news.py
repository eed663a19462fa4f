"""Tell people of what happened around a patient, each as they have chosen: at once, together, or not at all.

However many there are, it is one look and two statements. What a message may say is its template's and the reader's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import update

from app import config
from app.access.permissions import Category
from app.core import clock, sealed
from app.core.db import HotStatement, db
from app.core.ids import new_id
from app.notifications import channels, kinds, service, telling, texts
from app.notifications.models import DigestItem
from app.notifications.service import agreeing
from app.notifications.telling import How, Manner
from app.patients.admission import AdmittedPatient

# What a delivery is about, so that it is known when it leaves whose grant it still needs (queries.DUE).
ABOUT: Final = "news "
SAYS: Final = "_says"  # the template of those who want the words themselves


@dataclass(frozen=True, slots=True)
class News:
    """Something that people are told; the template may name `reader`, `patient` and `link` besides its words."""

    category: Category  # whose grant it needs, and, but for help, whose choice counts
    about: str  # "post", "thread", "visit", "help"
    about_id: UUID
    template: str
    words: Mapping[str, str] = field(default_factory=dict)
    says: str | None = None  # what somebody wrote, for those who asked to have it by text; never a professional's
    is_urgent: bool = False  # passes quiet hours and digests


READERS = HotStatement(f"""
    select p.id, p.given_name, p.language, p.phone_sealed is not null as has_phone,
        p.email_sealed is not null as has_email, c.how, m.id is not null as has_manner, m.quiet_from, m.quiet_until,
        m.muted_until, coalesce(m.detail, 'usual') as detail,
        exists (select from push_subscription s where s.person_id = p.id and s.gone_at is null) as has_push,
        {agreeing.AGREES} as agrees
    from person p left join telling_choice c on c.person_id = p.id and c.category = :category
        left join telling_manner m on m.person_id = p.id
    where p.id = any(:recipients) and p.is_active and p.kind <> 'device'
""")  # noqa: S608  built from the constants of this code
DELIVER = HotStatement(service.INSERT_FROM_JSON)
_GATHER = HotStatement("""
    insert into digest_item (id, created_at, organisation_id, patient_id, person_id, category, about, about_id,
        template, body_sealed, due_at)
    select id, :now, :organisation_id, :patient_id, person_id, :category, :about, :about_id, :template, body_sealed,
        due_at
    from jsonb_to_recordset(cast(:items as jsonb)) as i (id uuid, person_id uuid, body_sealed bytea, due_at timestamptz)
    on conflict (person_id, about_id, template) where told_at is null do nothing
""")


def tell(patient: AdmittedPatient, news: News, recipients: Collection[UUID]) -> None:
    """Have these people told, in the caller's transaction; whoever wrote it is left out by the caller."""
    wanted = list(dict.fromkeys(recipients))
    if not wanted:
        return
    now = clock.now()
    at_once: list[dict[str, Any]] = []
    together: list[dict[str, Any]] = []
    for reader in READERS.rows({"recipients": wanted, "category": telling.choice_of(news.category, news.about)}):
        told = telling.decide(manner_of(reader), news.about, now, patient.zone, is_urgent=news.is_urgent)
        channel = channel_of(reader)
        if told is None or channel is None:
            continue
        if channel == channels.SMS and not reader["agrees"] and reader["id"] != patient.person_id:
            agreeing.ask(patient, reader, told.at)
            continue
        body = _body(patient, news, reader)
        if told.together:
            together.append(_item(reader["id"], body, told.at))
        else:
            about = f"{ABOUT}{news.category}"
            at_once.append(_delivery(patient.organisation_id, patient.id, reader, channel, about, news.about_id, body))
    if at_once:
        DELIVER.rows({"deliveries": orjson.dumps(at_once).decode()})
        service.wake_senders()
    if together:
        _GATHER.rows(_of(patient, news, now, together))


def withdraw(about_ids: Collection[UUID], recipients: Collection[UUID] | None = None) -> None:
    """Tell nobody of these things who has not been told yet; or none of these people."""
    ids = list(about_ids)
    service.withdraw(ids, recipients)
    waiting = [DigestItem.about_id.in_(ids), DigestItem.told_at.is_(None)]
    if recipients is not None:
        waiting.append(DigestItem.person_id.in_(recipients))
    db.session.execute(update(DigestItem).where(*waiting).values(told_at=clock.now()))


def manner_of(reader: Mapping[str, Any]) -> Manner:
    """What a reader has chosen, from a row with `how`, `has_manner`, `quiet_from`, `quiet_until`, `muted_until`."""
    how = How(reader["how"]) if reader["how"] else None
    if not reader["has_manner"]:
        return Manner(how)
    quiet = (reader["quiet_from"], reader["quiet_until"]) if reader["quiet_from"] is not None else None
    return Manner(how, quiet, reader["muted_until"])


def channel_of(reader: Mapping[str, Any]) -> str | None:
    """The app first, then a text; an e-mail where there is nothing else."""
    here = channels.all_of_this_app()
    known = ((channels.PUSH, "has_push"), (channels.SMS, "has_phone"), (channels.EMAIL, "has_email"))
    return next((name for name, has in known if name in here and reader[has]), None)


def _body(patient: AdmittedPatient, news: News, reader: Mapping[str, Any]) -> str:
    known = {
        "reader": texts.first_name(reader["given_name"]),
        "patient": texts.name_with_initial(patient.given_name, patient.family_name),
        "link": f"{config.current().public_url}/",
        **news.words,
    }
    if news.says is not None and reader["detail"] == "words":
        return texts.render_known(news.template + SAYS, reader["language"], {**known, "says": news.says})
    template = "news_least" if reader["detail"] == "least" else news.template
    return texts.render_known(template, reader["language"], known)


def send(
    row: Mapping[str, Any], reader: Mapping[str, Any], channel: str, about: str, about_id: UUID, body: str
) -> None:
    """Have one message sent to a reader now; `row` names the patient it is about."""
    made = _delivery(row["organisation_id"], row["patient_id"], reader, channel, about, about_id, body)
    DELIVER.rows({"deliveries": orjson.dumps([made]).decode()})
    service.wake_senders()


def _delivery(
    organisation_id: UUID,
    patient_id: UUID,
    reader: Mapping[str, Any],
    channel: str,
    about: str,
    about_id: UUID,
    body: str,
) -> dict[str, Any]:
    if channel == channels.EMAIL:
        body = texts.render_email("news", reader["language"], text=body)
    row = service.delivery_row(
        organisation_id=organisation_id,
        patient_id=patient_id,
        recipient_id=reader["id"],
        about=about,
        about_id=about_id,
        kind=kinds.MESSAGE.name,
        body=body,
    )
    priority = kinds.MESSAGE.priority_of_push if channel == channels.PUSH else kinds.MESSAGE.priority
    return {**row, "channel": channel, "priority": priority}


def _item(person_id: UUID, body: str, due_at: datetime) -> dict[str, Any]:
    one = new_id()
    content = "\\x" + sealed.seal(body, DigestItem.body.place, one).hex()
    return {"id": one, "person_id": person_id, "body_sealed": content, "due_at": due_at}


def _of(patient: AdmittedPatient, news: News, now: datetime, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "now": now,
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "category": str(news.category),
        "about": news.about,
        "about_id": news.about_id,
        "template": news.template,
        "items": orjson.dumps(items).decode(),
    }
