"""Figures of one team, each in one statement over the patients in care now."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from app.core.db import HotStatement
from app.reports.figures import GRACE_DAYS, Change, Due, Figures, Goals

# A rating that closes several was made for the last of them; the others were missed. Of a person with two courses the
# newest day counts: [days since it was late, whether it was done], the greatest of which is that of the newest.
_DUES = HotStatement("""
    with one as (
        select p.id, d.occasion, d.due_on,
            d.state = 'done' and d.due_on = max(d.due_on) over (partition by d.rating_id) as is_done
        from patient p join rating_due d on d.patient_id = p.id
        where p.team_id = :team_id and p.ended_at is null and d.code = :code and d.state <> 'called_off'
    ), person as (
        select occasion, max(array[due_on - :late, is_done::int]) as newest
        from one where due_on <= :today group by id, occasion
    )
    select occasion, count(*) as due, count(*) filter (where newest[2] = 1) as done,
        count(*) filter (where newest[1] <= 0) as late,
        count(*) filter (where newest[1] <= 0 and newest[2] = 1) as late_done
    from person group by occasion
""")
_CHANGES = HotStatement("""
    select a.area, count(*) as people, avg(a.last - a.first)::float8 as mean,
        count(*) filter (where a.last > a.first) as raised, count(*) filter (where a.last = a.first) as kept,
        count(*) filter (where a.last < a.first) as fell
    from patient p join rating_distance r on r.patient_id = p.id
        cross join lateral unnest(r.areas, r.first, r.last) as a (area, first, last)
    where p.team_id = :team_id and p.ended_at is null and r.code = :code and r.voice = :voice
    group by a.area
""")
_GOALS = HotStatement("""
    select g.state, count(*) as count, count(distinct g.patient_id) as people
    from patient p join goal g on g.patient_id = p.id
    where p.team_id = :team_id and p.ended_at is null and g.audience <> 'private'
    group by g.state order by g.state
""")


def figures(team_id: UUID, code: str, voice: str, today: date) -> Figures:
    """Who was due and rated, how far people have come by area, and goals by state; in three statements."""
    late = today - timedelta(days=GRACE_DAYS)
    dues = _DUES.rows({"team_id": team_id, "code": code, "today": today, "late": late})
    changes = _CHANGES.rows({"team_id": team_id, "code": code, "voice": voice})
    goals = _GOALS.rows({"team_id": team_id})
    return Figures(
        [Due(**row) for row in dues],
        [Change(**row) for row in changes],
        [Goals(**row) for row in goals],
    )
