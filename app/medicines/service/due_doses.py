"""The one statement that claims due doses, and the one that queues their messages.

Nothing in it waits for a lock while it holds one: what somebody else has in hand is left for the next time, and with it
every dose of that patient, for a message is about all doses of its minute or is not written.

Only the first step may look at all that is due. Where others could, `offset 0` and `coalesce` keep them from its index:
the server, which last looked when nothing was due, would walk through all of them again for each patient.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.access.permissions import Category, Right
from app.core.db import HotStatement
from app.notifications import channels, kinds

# Asked for "later", past the window of its medicine: of use for so long.
AFTER_WINDOW: Final = timedelta(minutes=30)
# A dose without an answer is settled by then, so nothing older is still to be reminded of.
LOOK_BACK: Final = timedelta(hours=12)

COUNT = HotStatement("""
    select count(*) from (
        select from dose where state = 'due' and remind_at <= :horizon order by remind_at limit :limit) d
""")
# Whether the member who is reminded (y) may record doses today.
_MAY_RECORD: Final = f"""exists (
    select from circle_member c join circle_grant g on g.member_id = c.id
    where c.patient_id = y.patient_id and c.person_id = y.reminded_id and c.ended_at is null
        and g.ended_at is null and g.category = '{Category.MEDICINES}' and g."right" = '{Right.ACT}'
        and g.ends_on >= cast(timezone({{zone}}, :now) as date))"""
# :ids are the ids of at most so many reminders, :limit is of doses, :by_push says that pushes are sent here. The first
# reminder of a dose goes to a browser where there is one, what is said again goes by text. Answers with a row at least.
# Of what is kept from the circle the patient is reminded, apart from what goes to a member who does not act for them.
CLAIM = HotStatement(
    f"""
with seeds as materialized (
    select id, patient_id, medicine_id, schedule_id, due_at, remind_at, reminded from dose
    where state = 'due' and remind_at <= :horizon order by remind_at limit :limit
    for no key update skip locked
), seen as materialized (
    select d.id, d.patient_id from (select distinct patient_id from seeds) w cross join lateral (
        select id, patient_id, state, remind_at from dose
        where patient_id = w.patient_id and due_at between :earliest and :horizon offset 0) d
    where d.state = 'due' and d.remind_at <= :horizon
), rest as materialized (
    select d.id, d.patient_id, d.medicine_id, d.schedule_id, d.due_at, d.remind_at, d.reminded
    from seen s join dose d on d.id = s.id
    where s.id not in (select id from seeds) and d.state = 'due' and coalesce(d.remind_at, 'infinity') <= :horizon
    for no key update of d skip locked
), held as materialized (
    select * from seeds union all select * from rest
), torn as materialized (
    select distinct patient_id from seen where id not in (select id from held)
), doses as materialized (
    select h.*, m.created_at as medicine_made_at, greatest(m.remind_every, 1) * interval '1 minute' as every,
        h.due_at + m.window_minutes * interval '1 minute' as window_ends_at,
        p.organisation_id, p.zone, p.person_id,
        p.ended_at is not null or m.stopped_at is not null or exists (
            select from medicine_pause s where s.patient_id = h.patient_id
                and s.ended_at is null and (s.medicine_id is null or s.medicine_id = h.medicine_id)
                and s.starts_at <= h.remind_at and h.remind_at < s.ends_at) or exists (
            select from schedule c where c.id = h.schedule_id
                and (c.ended_at is not null or c.unclear_sealed is not null)) as is_off,
        m.hidden_at is not null and exists (
            select from patient_day y where y.patient_id = h.patient_id and {_MAY_RECORD.format(zone="p.zone")}
                and not exists (select from acting_for a where a.patient_id = y.patient_id
                    and a.person_id = y.reminded_id and a.ended_at is null and '{Category.MEDICINES}' = any(a.scopes)
                    and a.review_on >= cast(timezone(p.zone, :now) as date))) as is_apart
    from held h join medicine m on m.id = h.medicine_id join patient p on p.id = h.patient_id
    where h.patient_id not in (select patient_id from torn)
), useful as materialized (
    select d.*, u.until, u.until <= :now as is_late,
        case when u.until <= :now then date_trunc('minute', d.remind_at)
            else greatest(date_trunc('minute', d.remind_at), date_trunc('minute', cast(:now as timestamptz)))
        end as minute
    from doses d cross join lateral (
        select case when d.remind_at < d.window_ends_at then d.window_ends_at else d.remind_at + :after_window end
            as until) u
), placed as materialized (
    select u.*, exists (select from reminder r where r.patient_id = u.patient_id and r.remind_at = u.minute) as is_told,
        case when not u.is_late and u.minute + u.every < u.window_ends_at then u.minute + u.every end as next_at
    from useful u
), numbered as materialized (
    select patient_id, organisation_id, zone, person_id, minute, is_late, is_apart, min(due_at) as due_at,
        min(until) as until, bool_or(reminded > 0) as again,
        array_agg(id order by medicine_made_at, medicine_id, due_at, id) as dose_ids,
        array_agg(next_at order by medicine_made_at, medicine_id, due_at, id) as next_times,
        row_number() over (order by minute, patient_id) as number
    from placed where not is_off and not is_told
    group by patient_id, organisation_id, zone, person_id, minute, is_late, is_apart
), addressed as materialized (
    select n.*, (cast(:ids as uuid[]))[n.number] as id,
        case when not n.is_apart and {_MAY_RECORD.format(zone="n.zone")}
            then y.reminded_id else n.person_id end as recipient_id
    from numbered n left join patient_day y on y.patient_id = n.patient_id
    where n.number <= cardinality(cast(:ids as uuid[]))
), told as materialized (
    select a.*, case when :by_push and not a.again and exists (
            select from push_subscription s where s.person_id = a.recipient_id and s.gone_at is null)
        then '{channels.PUSH}' else '{channels.SMS}' end as channel
    from addressed a
), written as (
    insert into reminder (id, created_at, organisation_id, patient_id, recipient_id, remind_at, due_at, dose_ids,
        channel, state)
    select id, :now, organisation_id, patient_id, recipient_id, minute, due_at, dose_ids, channel,
        case when is_late then 'service_down' else 'made' end
    from told returning id
), moved as (
    update dose set remind_at = m.next_at, reminded = dose.reminded + m.times
    from (
        select d.id, d.next_at, case when t.is_late then 0 else 1 end as times
        from told t cross join unnest(t.dose_ids, t.next_times) as d (id, next_at)
        union all
        select id, case when not is_off then minute + interval '1 minute' end, 0 from placed where is_off or is_told
    ) m
    where dose.id = m.id
    returning dose.id
)
select c.seeds, c.moved, t.id, t.zone, t.minute, t.due_at, t.until, cardinality(t.dose_ids) as count, t.channel,
    r.language, q.given_name, q.family_name
from (select (select count(*) from seeds) as seeds, (select count(*) from moved) as moved) c
left join told t on not t.is_late
left join person r on r.id = t.recipient_id
left join person q on q.id = t.person_id and t.person_id <> t.recipient_id
""",  # noqa: S608  built from the constants of this code
    planned_anew=True,
)

# Text and useful time of each reminder, by its id; the rest is what the reminder itself says.
QUEUE = HotStatement(
    f"""
insert into delivery (id, created_at, organisation_id, patient_id, recipient_id, about, about_id, kind, priority,
    channel, body_sealed, state, due_at, useful_until, attempts, spent)
select n.id, :now, r.organisation_id, r.patient_id, r.recipient_id, '{kinds.DOSES}', r.id, '{kinds.REMINDER.name}',
    case r.channel when '{channels.PUSH}' then {kinds.REMINDER.priority_of_push} else {kinds.REMINDER.priority} end,
    r.channel, n.body, 'pending', r.remind_at, n.until, 0, 0
from jsonb_to_recordset(cast(:messages as jsonb)) as n (id uuid, reminder uuid, body bytea, until timestamptz)
join reminder r on r.id = n.reminder
""",  # noqa: S608  built from the constants of this code
    planned_anew=True,
)
UNWRITTEN = HotStatement("update reminder set state = 'withdrawn' where id = any(:ids)")
