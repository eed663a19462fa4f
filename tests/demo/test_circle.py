"""The demo's circle: a week of talk, visits and help, in an app that is told nothing of the demo."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.demo import circle
from app.demo.timeline import Timeline
from app.messages.models import HelpRequest, Post, Thread, Visit
from tests.people import World

LONDON = ZoneInfo("Europe/London")
LAST_DAY = date(2026, 11, 17)


def test_a_week_of_a_circle(world: World) -> None:
    timeline = Timeline(datetime(2026, 11, 1, tzinfo=LONDON))
    circle.plan(timeline, world, LAST_DAY, LONDON)
    with clock.at(timeline.clock):
        timeline.run(datetime(2026, 11, 18, 10, tzinfo=LONDON))
    told = select(Post.channel, func.count()).group_by(Post.channel)
    by_way = {row[0]: row[1] for row in db.session.execute(told)}
    assert (by_way["app"], by_way["sms"], by_way["kith"] > 0) == (2, 1, True)
    states = [
        one.state for one in db.session.scalars(select(Visit).where(Visit.due_at < clock.now() - timedelta(hours=1)))
    ]
    assert set(states) == {"done"}
    assert sorted(one.state for one in db.session.scalars(select(HelpRequest))) == ["done", "open"]
    assert [one.waiting_since is not None for one in db.session.scalars(select(Thread))] == [True]
