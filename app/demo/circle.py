"""What Mary's circle says and does in the demo: posts, a question to the team, a nurse's visits, help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo.people import World
from app.demo.timeline import Timeline
from app.identity.models import Person
from app.messages.feed_entering import NewPost
from app.messages.help_entering import NewHelp
from app.messages.queries import help as help_queries
from app.messages.queries import threads
from app.messages.queries import visits as visit_queries
from app.messages.service import asking, helping, noting, opening, posting, visit_planning, visiting, writing
from app.messages.visit_entering import NewNote, NewPlan, Told
from app.messages.visit_readers import Reader
from app.messages.written import NewMessage, NewThread
from app.notifications.service import digests, sending
from app.patients import queries as patients
from app.patients import service
from app.patients.admission import AdmittedPatient
from app.patients.by import By

DAYS: Final = 6  # before the last whole day
GIVEN_FOR: Final = timedelta(days=180)
BY_TEXT: Final = "sms"
TUESDAYS_AND_FRIDAYS: Final = (2, 5)
AT: Final = time(10, 30)
_TOM: Final = (
    (Category.MESSAGES, (Right.SEE, Right.BE_TOLD, Right.ACT)),
    (Category.VISITS, (Right.SEE, Right.BE_TOLD)),
)
_NURSE: Final = ((Category.MESSAGES, (Right.SEE, Right.ACT)), (Category.VISITS, (Right.SEE, Right.ACT)))


def plan(timeline: Timeline, world: World, last_day: date, zone: ZoneInfo) -> None:
    """A week in which they talk, the nurse comes twice, and Tom takes what he is asked for; the last is still open."""

    def then(at: datetime, act: Callable[[], None]) -> None:
        timeline.plan(at, partial(_and_send, act))

    first, today = last_day - timedelta(days=DAYS), last_day + timedelta(days=1)
    then(datetime.combine(first, time(6, 30), zone), partial(begin, world, first))
    for on, at, who, text in _POSTS:
        when = datetime.combine(last_day - timedelta(days=on), at, zone)
        then(when, partial(_post, world, who, text))
    for back in range(DAYS + 2):
        day = today - timedelta(days=back)
        if day.isoweekday() in TUESDAYS_AND_FRIDAYS and back:
            then(datetime.combine(day, time(10, 58), zone), partial(_visit, world, day))
    milk = last_day - timedelta(days=2)
    then(datetime.combine(milk, time(9, 5), zone), partial(_milk, world))
    then(datetime.combine(milk, time(9, 22), zone), partial(_tom_answers, world, helping.take))
    then(datetime.combine(milk, time(11, 40), zone), partial(_tom_answers, world, helping.done))
    then(datetime.combine(last_day, time(16, 40), zone), partial(_ask_team, world))
    then(datetime.combine(today, time(7, 30), zone), partial(_lift, world))
    for back in range(-1, DAYS + 1):  # today too
        for at in (time(8, 1), time(11, 30), time(18, 1)):
            then(datetime.combine(last_day - timedelta(days=back), at, zone), _tell)


_POSTS: Final = (
    (5, time(19, 10), "mary", "Walked to the end of the road and back today. Slowly, but all the way."),
    (5, time(20, 2), "tom", "That is further than last week, mum. I am proud of you."),
    (1, time(18, 20), "mary", "The nurse says my legs look better. I had soup with Joan next door."),
)


def begin(world: World, first: date) -> None:
    """Mary shares what is said and the visits with Tom and the nurse, and the nurse's days are planned."""
    with unit_of_work():
        mary = patients.admitted_one(world.mary_patient.id)
        places = {place.person.id: place.member.id for place in patients.circle(mary)}
        until = clock.today(mary.zone) + GIVEN_FOR
        for person, given in ((world.tom, _TOM), (world.adeyemi, _NURSE)):
            for category, rights in given:
                for right in rights:
                    service.give_grant(mary, places[person.id], category, right, until, world.mary.id)
        new = NewPlan(
            new_id(), "Nurse: legs and weight", TUESDAYS_AND_FRIDAYS, AT, 30, first, visitor_id=world.adeyemi.id
        )
        visit_planning.plan(mary, new, By(world.priya.id, Role.COORDINATOR))


def _and_send(act: Callable[[], None]) -> None:
    """Do it, and have what is to be told leave at once, as a worker would."""
    act()
    sending.send_all_due()


def _tell() -> None:
    """What is told together, when its time has come."""
    digests.send_due()


def _post(world: World, who: str, text: str) -> None:
    by = By(world.mary.id, Role.PATIENT) if who == "mary" else By(world.tom.id, Role.MEMBER, BY_TEXT)
    with unit_of_work():
        posting.post(_mary(world), NewPost(new_id(), text), by)


def _visit(world: World, day: date) -> None:
    """The nurse of that day was there, and writes for the family and for those who come next."""
    with unit_of_work():
        mary, by = _mary(world), By(world.adeyemi.id, Role.VISITOR)
        expected = next(one for one in visit_queries.expected(mary) if one.local_date == day)
        began = clock.now() - timedelta(minutes=24)
        visit = visiting.arrive(mary, expected.id, Told(began, clock.now()), by)
        note = NewNote(
            new_id(),
            ("company",),
            family="Mary was in good spirits. Her legs were looked at and she was weighed.",
            professional="Ankle swelling less than on the last visit. Weight as charted.",
            handover="Please look at the left heel next time.",
        )
        noting.write(mary, visit.id, note, Told(), by, Reader(world.adeyemi.id, is_professional=True))
        visiting.leave(mary, visit.id, Told(), by)


def _milk(world: World) -> None:
    """Mary asks for milk, and those who can help are told."""
    with unit_of_work():
        asking.ask(_mary(world), NewHelp(new_id(), words="A pint of milk and the paper"), _by(world.mary))


def _tom_answers(world: World, act: Callable[[AdmittedPatient, UUID, By], object]) -> None:
    """Tom says by text that he takes what he was asked first, or has done it."""
    with unit_of_work():
        first = help_queries.waiting_for(world.tom.id)[0].row
        act(_mary(world), first.id, By(world.tom.id, Role.MEMBER, BY_TEXT))


def _lift(world: World) -> None:
    """Mary asks for a lift the day after; nobody has it yet."""
    with unit_of_work():
        mary = _mary(world)
        at = datetime.combine(clock.today(mary.zone) + timedelta(days=1), time(14), mary.zone)
        asking.ask(mary, NewHelp(new_id(), words="A lift to the eye clinic and back", wanted_at=at), _by(world.mary))


def _ask_team(world: World) -> None:
    """Mary asks the team something, and waits for their answer."""
    with unit_of_work():
        text = "My new inhaler looks different from the old one. Is it the same?"
        opened = opening.open_thread(
            _mary(world), threads.TEAM, NewThread(new_id(), "My inhaler", text), _by(world.mary)
        )
        more = NewMessage(new_id(), "It came with yesterday’s post.")
        writing.write(_mary(world), threads.TEAM, opened.id, more, _by(world.mary))


def _mary(world: World) -> AdmittedPatient:
    return patients.admitted_one(world.mary_patient.id)


def _by(person: Person) -> By:
    return By(person.id, Role.PATIENT)
