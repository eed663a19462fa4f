"""Doses nobody recorded: the chosen people are told after the delay chosen for each, and in the end it is written down.

Being told needs the running grant "medicines, be told". Of a time-critical medicine everybody who has it is told, as
its class says. Of one that is kept from the circle only those are told who act for the patient. One message for each
person and time of day, however many medicines it was; it names none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from app import config
from app.access.permissions import Category, Right
from app.core import backlog, clock, events
from app.core.db import HotStatement, db
from app.medicines import time_critical
from app.medicines.events import DosesNotRecorded
from app.medicines.service import remaking, reminding
from app.notifications import service as notifications
from app.notifications import texts

AT_ONCE: Final = 2000
# After an outage: later than this nobody is told any more, the list shows it.
TOLD_AT_MOST_LATE: Final = timedelta(hours=4)
LONGEST_DELAY: Final = timedelta(minutes=240)

# The server cannot guess how few are open: "offset 0" has it ask the indexes for each of these, and never read all
# doses (measured at a million of them: 15 s against 0.2, and 1.4 with 50,000 patients who have somebody to be told).
# Not had, by whoever said so, is told as well: it must not be the quickest way to have nobody told. Left out for a
# reason is a decision that the list shows, and nobody's telephone; but where minutes matter somebody is to know of it.
_LATE = HotStatement(f"""
    with waiting as materialized (
        select d.id, d.organisation_id, d.patient_id, d.medicine_id, d.due_at, d.state from dose d
        where d.state = 'due' and d.settle_at > :now and d.settle_at <= :settled_by
            and d.due_at between :earliest and :now
        union all
        select d.* from (
            select distinct c.patient_id from circle_grant g join circle_member c on c.id = g.member_id
            where g.ended_at is null and g.category = '{Category.MEDICINES}' and g."right" = '{Right.BE_TOLD}'
                and c.ended_at is null) w
        cross join lateral (
            select id, organisation_id, patient_id, medicine_id, due_at, state from dose
            where patient_id = w.patient_id and due_at between :earliest and :now
                and state in ('missed', 'skipped') offset 0) d
    ), open as materialized (
        select d.*, m.time_critical, m.hidden_at is not null as is_hidden
        from waiting d join medicine m on m.id = d.medicine_id and m.stopped_at is null
        where (d.state <> 'skipped' or m.time_critical is not null)
            and not exists (
                select from medicine_pause s where s.patient_id = d.patient_id and s.ended_at is null
                    and (s.medicine_id is null or s.medicine_id = d.medicine_id)
                    and :now >= s.starts_at and :now < s.ends_at)
    ), chosen as (
        select o.id, o.organisation_id, o.patient_id, o.due_at, o.is_hidden, w.person_id, w.after_minutes
        from open o join dose_watch w on w.medicine_id = o.medicine_id and w.ended_at is null
        union all
        select o.id, o.organisation_id, o.patient_id, o.due_at, o.is_hidden, c.person_id, k.tell_after
        from open o join jsonb_to_recordset(cast(:classes as jsonb)) as k (id text, tell_after int)
            on k.id = o.time_critical
        cross join lateral (
            select m.person_id from circle_member m
            where m.patient_id = o.patient_id and m.ended_at is null and m.role <> 'service' offset 0) c
        where o.time_critical is not null
    ), late as (
        select distinct on (h.id, h.person_id) h.* from chosen h
        where h.due_at + h.after_minutes * interval '1 minute' between :long_ago and :now
            and exists (
                select from circle_member c join circle_grant g on g.member_id = c.id
                join patient p on p.id = c.patient_id and p.ended_at is null
                where c.patient_id = h.patient_id and c.person_id = h.person_id and c.ended_at is null
                    and g.ended_at is null and g.category = '{Category.MEDICINES}' and g."right" = '{Right.BE_TOLD}'
                    and g.ends_on >= cast(timezone(p.zone, :now) as date) offset 0)
            and (not h.is_hidden or exists (
                select from acting_for a join patient p on p.id = a.patient_id
                where a.patient_id = h.patient_id and a.person_id = h.person_id and a.ended_at is null
                    and '{Category.MEDICINES}' = any(a.scopes)
                    and a.review_on >= cast(timezone(p.zone, :now) as date)))
            and not exists (select from dose_telling t where t.dose_id = h.id and t.person_id = h.person_id)
        order by h.id, h.person_id, h.after_minutes
    ), now_told as (
        select * from late order by due_at, patient_id, person_id fetch first :limit rows with ties
    )
    select l.organisation_id, l.patient_id, l.person_id, l.due_at, r.given_name as reader, r.language,
        q.given_name, q.family_name, p.zone, array_agg(l.id order by l.id) as doses
    from now_told l
    join person r on r.id = l.person_id join patient p on p.id = l.patient_id join person q on q.id = p.person_id
    group by l.organisation_id, l.patient_id, l.person_id, l.due_at, r.given_name, r.language, q.given_name,
        q.family_name, p.zone
    order by l.due_at, l.patient_id, l.person_id
""")  # noqa: S608  built from the constants of this code
# Of which of these doses this person is told now: what another worker tells them of is not told twice.
_MARK = HotStatement("""
    with told as (
        insert into dose_telling (id, created_at, organisation_id, patient_id, dose_id, person_id)
        select gen_random_uuid(), :now, :organisation_id, :patient_id, one, :person_id
        from unnest(cast(:doses as uuid[])) one order by one
        on conflict (dose_id, person_id) do nothing returning dose_id
    ), marked as (
        update dose set told_at = :now from told where dose.id = told.dose_id and dose.told_at is null
    )
    select dose_id from told order by dose_id
""")
_SETTLE = HotStatement("""
    with gone as (
        select id from dose where state = 'due' and settle_at <= :now order by settle_at limit :limit
        for update skip locked
    )
    update dose set state = 'not_recorded', remind_at = null from gone where dose.id = gone.id
    returning dose.organisation_id, dose.patient_id, dose.id
""")

# One message is about all doses of a time, and filed under any of them.
_SETTLED = HotStatement("""
    with times as (select distinct patient_id, due_at from dose where id = any(:doses)),
    told as (
        select d.id, d.due_at, d.state in ('due', 'missed') or d.state = 'skipped' and m.time_critical is not null
            as is_open
        from times t join dose d on d.patient_id = t.patient_id and d.due_at = t.due_at
        join medicine m on m.id = d.medicine_id
        where d.told_at is not null
    )
    select id from told where due_at not in (select due_at from told where is_open)
""")


def tell_of_overdue(limit: int = AT_ONCE) -> int:
    """Tell the chosen people of doses not recorded as taken so long after their time; returns how many messages."""
    now = clock.now()
    classes = [{"id": one.id, "tell_after": one.tell_after} for one in time_critical.CLASSES.values()]
    late = _LATE.rows(
        {
            "now": now,
            "earliest": now - LONGEST_DELAY - TOLD_AT_MOST_LATE,
            "long_ago": now - TOLD_AT_MOST_LATE,
            "settled_by": now + remaking.SETTLE_AFTER,  # of the doses whose time has come: for the index
            "classes": orjson.dumps(classes).decode(),
            "limit": limit,
        }
    )
    return sum(_tell(row, now) for row in late)


def call_off(dose_ids: Collection[UUID]) -> None:
    """Do not send what waits to be told of these doses, unless another of its time is still to be told of."""
    if dose_ids:
        notifications.withdraw([row["id"] for row in _SETTLED.rows({"doses": list(dose_ids)})])


def settle(limit: int = AT_ONCE) -> int:
    """Write down which doses nobody recorded in their time; returns how many. Publishes DosesNotRecorded."""
    now = clock.now()
    gone = _SETTLE.rows({"now": now, "limit": limit})
    for organisation_id, patient_id, dose_ids in _by_patient(gone):
        events.publish(DosesNotRecorded(organisation_id, patient_id, dose_ids, now))
    db.session.flush()
    return len(gone)


def _tell(row: dict[str, Any], now: datetime) -> bool:
    """Queue one message; one that cannot be written holds up no other, and is tried at the next tick."""
    whose = {name: row[name] for name in ("organisation_id", "patient_id", "person_id", "doses")}
    try:
        with db.session.begin_nested():
            told = [one["dose_id"] for one in _MARK.rows({**whose, "now": now})]
            if told:
                _queue(row, told)
            return bool(told)
    except Exception as error:
        backlog.tell("tell of doses not recorded", row["doses"][0], error)
        return False


def _queue(row: dict[str, Any], told: Sequence[UUID]) -> None:
    notifications.tell(
        organisation_id=row["organisation_id"],
        patient_id=row["patient_id"],
        recipient_id=row["person_id"],
        about="dose",
        about_id=told[0],
        kind="message",
        body=_body(row, len(told)),
    )


def _by_patient(gone: Sequence[dict[str, Any]]) -> Iterator[tuple[UUID, UUID, tuple[UUID, ...]]]:
    whose = itemgetter("organisation_id", "patient_id")
    for (organisation_id, patient_id), rows in groupby(sorted(gone, key=whose), whose):
        yield organisation_id, patient_id, tuple(row["id"] for row in rows)


def _body(row: dict[str, Any], count: int) -> str:
    due_at: datetime = row["due_at"].astimezone(ZoneInfo(row["zone"]))
    return texts.render(
        "dose_not_recorded",
        row["language"],
        reader=texts.first_name(row["reader"]),
        patient=texts.name_with_initial(row["given_name"], row["family_name"]),
        doses="1 dose" if count == 1 else f"{min(count, reminding.MOST_DOSES)} doses",
        by=f"{due_at:%H:%M}",
        link=f"{config.current().public_url}/",
    )
