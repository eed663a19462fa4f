"""What ends by itself: warned of before, and ended with a duty."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select, text

from app.access.roles import Role
from app.core import clock, events
from app.core.db import db
from app.patients import queries
from app.patients.events import EndingNear, GrantsEndedWithDuty
from app.patients.models import CircleMember
from app.patients.queries import consent
from app.patients.service import granting

DAYS_BEFORE: Final = (14, 3)
# One warning for all that ends for one person on one day, by day where the patient lives, and none where it was given
# for less than the warning's own time; each once, whoever runs this and however often.
_WARN = text("""
    with here as (
        select id, organisation_id, zone, (:now at time zone zone)::date as today
        from patient where ended_at is null and (:now at time zone zone)::time between '09:00' and '19:00'
    ), ending as (
        select 'member' as subject, g.member_id as subject_id, g.patient_id, g.ends_on, min(g.created_at) as since
        from circle_grant g join circle_member m on m.id = g.member_id and m.ended_at is null
        where g.ended_at is null group by g.member_id, g.patient_id, g.ends_on
        union all
        select 'acting', a.id, a.patient_id, a.review_on, greatest(a.created_at, max(r.created_at))
        from acting_for a left join acting_review r on r.acting_for_id = a.id
        where a.ended_at is null group by a.id
    )
    insert into ending_notice
        (id, created_at, organisation_id, patient_id, subject, subject_id, ends_on, days_before)
    select gen_random_uuid(), :now, p.organisation_id, p.id, e.subject, e.subject_id, e.ends_on, :days
    from ending e join here p on p.id = e.patient_id
    where e.ends_on between p.today + :after and p.today + :days
        and (e.since at time zone p.zone)::date <= e.ends_on - :days
    on conflict (subject_id, ends_on, days_before) do nothing
    returning organisation_id, patient_id, id
""")


def warn_of_endings() -> int:
    """Warn patients, by day, 14 and 3 days before something ends; returns how many warnings. Publishes EndingNear."""
    warned = 0
    for days, shorter in zip(DAYS_BEFORE, (*DAYS_BEFORE[1:], -1), strict=True):
        values = {"now": clock.now(), "days": days, "after": shorter + 1}
        for organisation_id, patient_id, notice_id in db.session.execute(_WARN, values).all():
            events.publish(EndingNear(organisation_id, patient_id, notice_id))
            warned += 1
    return warned


def end_with_duty(patient_id: UUID, person_id: UUID) -> None:
    """End what a visitor was granted by a patient, as they no longer work here. Publishes GrantsEndedWithDuty."""
    where = (CircleMember.patient_id == patient_id, CircleMember.person_id == person_id)
    visits = (CircleMember.role == Role.VISITOR, CircleMember.ended_at.is_(None))
    member = db.session.scalar(select(CircleMember).where(*where, *visits).with_for_update())
    patient = queries.admitted_one(patient_id)
    grants = consent.running_grants(patient, [member.id]) if member else []
    if member is None or not grants:
        return
    granting.end(grants, "duty", None)
    ended_at = grants[0].ended_at
    assert ended_at is not None  # it was set above
    events.publish(GrantsEndedWithDuty(patient.organisation_id, patient.id, member.id, ended_at))
