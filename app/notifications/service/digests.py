"""What somebody is told together: one message for all that is due to them, a person at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import starmap
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from app import config
from app.core import backlog, clock, sealed
from app.core.db import HotStatement, db
from app.core.unit_of_work import unit_of_work
from app.notifications import telling, texts
from app.notifications.models import DigestItem
from app.notifications.service import news

MOST_ITEMS: Final = 500  # of one person in one message; what is left comes with the next
_THINGS: Final = {
    "post": ("post", "posts"),
    "thread": ("message", "messages"),
    "visit": ("visit", "visits"),
    "help": ("request for help", "requests for help"),
}
_OTHERS: Final = ("other thing", "other things")
_ABOUT: Final = "digest"
LONGEST: Final = 110  # characters of what there is, in a text of two parts

_WHOSE = HotStatement("""
    select person_id from digest_item where told_at is null and due_at <= :now
    group by person_id order by min(due_at)
""")
# Of what nobody else has in hand: whom it is about, and whether its reader may still be told of it.
_DUE = HotStatement("""
    with mine as (
        select * from digest_item where person_id = :person_id and told_at is null and due_at <= :now
        order by created_at, id limit :limit for update skip locked
    )
    select i.id, i.organisation_id, i.patient_id, i.category, i.about, i.about_id, i.body_sealed, p.zone,
        q.given_name as patient_given, q.family_name as patient_family, p.ended_at is null and (
            p.person_id = i.person_id
            or exists (select from membership m where m.person_id = i.person_id and m.team_id = p.team_id
                and m.role in ('coordinator', 'clinician', 'lead') and m.ended_at is null)
            or exists (select from acting_for a where a.patient_id = p.id and a.person_id = i.person_id
                and a.ended_at is null and a.review_on >= cast(timezone(p.zone, :now) as date))
            or exists (select from circle_member c join circle_grant g on g.member_id = c.id
                where c.patient_id = p.id and c.person_id = i.person_id and c.ended_at is null and g.ended_at is null
                    and g.category = i.category and g.ends_on >= cast(timezone(p.zone, :now) as date))) as is_theirs
    from mine i join patient p on p.id = i.patient_id join person q on q.id = p.person_id
    order by i.created_at, i.id
""")


def send_due() -> int:
    """Tell everybody whose time has come, each in a transaction of their own; returns how many were told."""
    with unit_of_work():
        whose = [row["person_id"] for row in _WHOSE.rows({"now": clock.now()})]
    return sum(map(_told_or_not, whose))


def _told_or_not(person_id: UUID) -> bool:
    """One whose message cannot be written holds up nobody else, and is tried again after the others."""
    try:
        return _told(person_id)
    except Exception as error:
        backlog.tell("tell together", person_id, error)
    with unit_of_work():
        now = clock.now()
        due = select(DigestItem.id).where(DigestItem.person_id == person_id, DigestItem.told_at.is_(None))
        held = db.session.scalars(due.where(DigestItem.due_at <= now).with_for_update(skip_locked=True)).all()
        _settle(held, due_at=now + backlog.PUT_OFF)
    return False


def _told(person_id: UUID) -> bool:
    with unit_of_work():
        now = clock.now()
        rows = _DUE.rows({"person_id": person_id, "now": now, "limit": MOST_ITEMS})
        reader = next(iter(news.READERS.rows({"recipients": [person_id], "category": ""})), None)
        if reader and rows and (peace := telling.end_of_peace(news.manner_of(reader), now, ZoneInfo(rows[0]["zone"]))):
            _settle([row["id"] for row in rows], due_at=peace)  # they have asked for peace since
            return False
        _settle([row["id"] for row in rows], told_at=now)
        theirs = [row for row in rows if row["is_theirs"]]
        channel = news.channel_of(reader) if reader and theirs else None
        if reader is None or channel is None:
            return False
        news.send(theirs[0], reader, channel, *_about(theirs), _body(reader, theirs))
        return True


def _about(rows: Sequence[dict[str, Any]]) -> tuple[str, UUID]:
    """One thing is told as if it were told at once: whatever stops that stops this too."""
    first = rows[0]
    return (f"{news.ABOUT}{first['category']}", first["about_id"]) if len(rows) == 1 else (_ABOUT, first["id"])


def _settle(ids: Sequence[UUID], **values: Any) -> None:
    db.session.execute(update(DigestItem).where(DigestItem.id.in_(ids)).values(values))


def _body(reader: dict[str, Any], rows: Sequence[dict[str, Any]]) -> str:
    """One thing says what it is; of several only how many there are, patient by patient."""
    link, name = f"{config.current().public_url}/", texts.first_name(reader["given_name"])
    if reader["detail"] == "least":
        return texts.render("news_least", reader["language"], reader=name, link=link)
    if len(rows) == 1:
        return sealed.unseal(bytes(rows[0]["body_sealed"]), DigestItem.body.place, rows[0]["id"])
    return texts.render("digest", reader["language"], reader=name, summary=summary(rows), link=link)


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """`Mary O.: 3 posts, 1 visit; Sam K.: 1 message`, as far as a text goes; the rest is "and more"."""
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        name = texts.name_with_initial(row["patient_given"], row["patient_family"])
        counted.setdefault(name or "a patient", Counter())[row["about"]] += 1
    parts = [f"{name}: {', '.join(starmap(_things, of.items()))}" for name, of in counted.items()]
    whole = "; ".join(parts)
    while len(whole) > LONGEST and len(parts) > 1:
        parts.pop()
        whole = f"{'; '.join(parts)}; and more"
    return whole


def _things(about: str, count: int) -> str:
    one, many = _THINGS.get(about, _OTHERS)
    return f"{count} {one if count == 1 else many}"
