"""What Mary has: at least one row of everything that a path can name, by the name the path gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.access.roles import Role
from app.alerts import queries as alerts
from app.core import clock, rows
from app.core.db import db
from app.core.ids import new_id
from app.goals.entering import NewGoal, NewStep
from app.goals.models import GoalStep
from app.goals.service import helping as goal_helpers
from app.goals.service import setting as goals
from app.identity import service as identity
from app.identity.models import Invitation, Passkey, PushSubscription
from app.identity.service import inviting
from app.identity.service.inviting import Asked
from app.medicines.entering import NewMedicine, NewPause, NewSchedule
from app.medicines.models import Dose
from app.medicines.patterns import AsNeeded, Phase, Phases, Slot
from app.medicines.service import calendars, listing, pausing, scheduling
from app.messages.feed_entering import NewPhoto, NewPost
from app.messages.help_entering import NewHelp
from app.messages.service import (
    asking,
    circle_calendars,
    claiming,
    noting,
    opening,
    posting,
    visit_codes,
    visit_planning,
    visiting,
    writing,
)
from app.messages.visit_entering import NewNote, NewPlan, NewVisit, Told
from app.messages.visit_readers import Reader
from app.messages.written import NewMessage, NewThread
from app.notifications.models import Delivery
from app.pathway.entering import NewAction
from app.pathway.service import ending as actions_ended
from app.pathway.service import setting as plan_actions
from app.patients import queries as patients
from app.patients import service
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.models import ActingFor, CircleGrant, CircleMember, EmergencyAccess, SharedCare
from app.patients.service import inviting as circle_invitations
from app.programmes.service import agreeing, starting
from app.protocols import queries as plans
from app.protocols import service as protocols
from app.ratings.entering import NewRating, Said
from app.ratings.models import InstrumentLicence
from app.ratings.queries import dues
from app.ratings.service import drafts, rating
from app.readings import service as readings
from app.readings.intake import Entry
from app.records.models import LegalHold
from app.records.service import exporting
from app.teams import service as teams
from app.teams.models import Membership
from app.todos import service as todos
from tests.access.personas import Cast
from tests.access.rows.goals import HELPER
from tests.access.rows.threads import HOLDER
from tests.messages.feeds import picture


@dataclass(frozen=True, slots=True)
class Victim:
    """Mary, with the ids of her rows."""

    patient_id: UUID
    ids: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)  # words that stand for her, without spaces


Ids = dict[str, Any]


def make(cast: Cast) -> Victim:
    """Give Mary at least one of everything, beside what she arrived with."""
    patient = patients.admitted_one(cast.world.mary_patient.id)
    one = (
        _cared_for(cast, patient)
        | _medicated(cast, patient)
        | _talking(cast, patient)
        | _invited(cast, patient)
        | _posted(cast, patient)
        | _rated(cast, patient)
        | _aiming(cast, patient)
        | _agreed(cast, patient)
        | _helped(cast, patient)
        | _visited(cast, patient)
        | _kept(cast, patient)
        | _around(cast, patient)
    )
    ids = {name: str(value) for name, value in one.items()}
    secrets = {name: ids[name] for name in ("patient_id", "alert_id", "reading_id")}
    secrets |= {"family_name": "Okafor", "nhs_number": "9990000018", "phone": "7700900201", "born_on": "1948-03-09"}
    return Victim(patient.id, ids, secrets)


def _cared_for(cast: Cast, patient: AdmittedPatient) -> Ids:
    """An alert, a to-do, a limit of her own, one plan that runs and one that can be started, a phone, a passkey."""
    world = cast.world
    entry = Entry(new_id(), "oxygen_saturation", clock.now(), 88, "%", context={"on_oxygen": False})
    readings.record(patient, [entry], by=world.mary.id)
    (alert,) = alerts.alerts(patient, only_open=True)
    review_on = clock.now().date() + timedelta(days=60)
    limit = protocols.set_limit(
        patient, "oxygen_saturation.low.red.target", 88, reason="Set at clinic.", review_on=review_on, by=world.lind.id
    )
    runs, heart = sorted(plans.plans(patient), key=lambda plan: plan.protocol)
    protocols.end_plan(patient, heart.id, by=world.lind.id)
    phone = identity.new_session(world.mary, "app", "Mary's phone", timedelta(days=30))
    passkey = Passkey(
        person_id=world.mary.id, credential_id=b"mary", public_key=b"k", sign_count=0, transports=[], name="Mary's key"
    )
    told_on = PushSubscription(id=new_id(), person_id=world.mary.id, p256dh=b"k")
    told_on.endpoint, told_on.auth, told_on.label = "https://push.example/mary", "c2VjcmV0", "Mary's phone"
    db.session.add_all([passkey, told_on])
    db.session.flush()
    return {
        "reading_id": entry.id,
        "alert_id": alert.id,
        "limit_id": limit.id,
        "session_id": phone.id,
        "todo_id": todos.add(patient, "call_back", "her wish", "She asked for a call."),
        "plan_id": runs.id,
        "passkey_id": passkey.id,
        "subscription_id": told_on.id,
    }


def _medicated(cast: Cast, patient: AdmittedPatient) -> Ids:
    """A medicine with a dose that is due today and a pause to come, and one that is taken when needed."""
    by = By(cast.world.mary.id, Role.PATIENT)
    medicine = listing.add(patient, NewMedicine("Furosemide 40 mg tablets"), by)
    as_needed = listing.add(patient, NewMedicine("Paracetamol 500 mg tablets"), by)
    local = clock.now().astimezone(patient.zone)
    slots = (Slot(0, at=time(hour)) for hour in ((local.hour + 2) % 24, (local.hour + 4) % 24))
    schedule = scheduling.add(patient, medicine.id, NewSchedule(Phases((Phase(tuple(slots)),))), by)
    scheduling.add(patient, as_needed.id, NewSchedule(AsNeeded(amount=Decimal(1))), by)
    later = clock.now() + timedelta(days=10)
    programme = starting.start(patient, [time(8)], by)  # she is asked for her readings by text, and has agreed
    agreeing.agree(patient)
    db.session.flush()
    pause = pausing.pause(patient, NewPause(later, later + timedelta(days=1), "holiday"), by)
    calendar = calendars.make(patient, cast.world.mary.id, names_medicines=False)
    return {
        "feed_id": calendar.feed.id,
        "calendar": calendar.url.rpartition("/")[2].removesuffix(".ics"),
        "medicine_id": medicine.id,
        "as_needed": as_needed.id,
        "schedule_id": schedule.id,
        "dose_id": _first(Dose.id, Dose.schedule_id == schedule.id, Dose.due_at < clock.now() + timedelta(hours=12)),
        "pause_id": pause.id,
        "programme_id": programme.id,
    }


def _talking(cast: Cast, patient: AdmittedPatient) -> Ids:
    """A thread of her circle; of her own with the team one that waits, one answered, one taken; a colleague there."""
    by, new = By(cast.world.mary.id, Role.PATIENT), NewThread(new_id(), "Sunday", "Who comes?")
    within = opening.open_thread(patient, "circle", new, by)
    with_team = opening.open_thread(patient, "team", NewThread(new_id(), "New inhaler", "Which one first?"), by)
    answered = opening.open_thread(patient, "team", NewThread(new_id(), "Review", "When is it?"), by)
    answer, priya = NewMessage(new_id(), "On Monday."), By(cast.world.priya.id, Role.COORDINATOR)
    writing.write(patient, "team", answered.id, answer, priya)
    taken = opening.open_thread(patient, "team", NewThread(new_id(), "Diary", "Where do I send it?"), by)
    claiming.claim(patient, taken.id, By(cast.people[HOLDER].id, Role.COORDINATOR))
    colleague = cast.somebody("a colleague in her team")
    teams.give_role(cast.world.organisation.id, cast.world.team.id, colleague.id, Role.CLINICIAN)
    found = {"thread_id": within.id, "team_thread": with_team.id, "answered_thread": answered.id}
    found["taken_thread"] = taken.id
    return found | {"colleague": colleague.id}


def _helped(cast: Cast, patient: AdmittedPatient) -> Ids:
    """She asked all of her circle for a meal, and her calendar reads along."""
    request = asking.ask(patient, NewHelp(new_id(), "meal"), By(cast.world.mary.id, Role.PATIENT))
    made = circle_calendars.make(patient, cast.world.mary.id)
    secret = made.url.rpartition("/")[2].removesuffix(".ics")
    return {"request_id": request.id, "calendar_id": made.calendar.id, "circle_calendar": secret}


def _aiming(cast: Cast, patient: AdmittedPatient) -> Ids:
    """A goal that her circle sees, one with whose steps somebody helps, and one that the team suggests."""
    mary, helper = By(cast.world.mary.id, Role.PATIENT), By(cast.people[HELPER].id, Role.MEMBER)
    shared, helped = (
        goals.set_goal(patient, NewGoal(new_id(), "Dance", audience="circle", steps=steps), mary)
        for steps in ((NewStep(new_id(), "Walk"),), (NewStep(new_id(), "Shoes"), NewStep(new_id(), "Music")))
    )
    suggested = goals.suggest(patient, NewGoal(new_id(), "Swim"), By(cast.world.priya.id, Role.COORDINATOR))
    asked, accepted = (_step(helped.id, place) for place in (0, 1))
    for step_id in (asked, accepted):
        goal_helpers.ask(patient, step_id, helper.person_id, mary)
    goal_helpers.accept(patient, accepted, helper)
    ids = {"goal_id": shared.id, "step_id": _step(shared.id, 0), "suggested_goal": suggested.id}
    return ids | {"asked_step": asked, "accepted_step": accepted}


def _agreed(cast: Cast, patient: AdmittedPatient) -> Ids:
    """An action that she sees to, and one of somebody in her circle who has done it."""
    priya, helper = By(cast.world.priya.id, Role.COORDINATOR), By(cast.people[HELPER].id, Role.MEMBER)
    hers = plan_actions.set_action(patient, NewAction(new_id(), "Ring the surgery", cast.world.mary.id), priya)
    theirs = plan_actions.set_action(patient, NewAction(new_id(), "Fetch the scales", helper.person_id), priya)
    actions_ended.done(patient, theirs.id, helper)
    return {"action_id": hers.id, "done_action": theirs.id, "mary": cast.world.mary.id}


def _step(goal_id: UUID, place: int) -> UUID:
    return db.session.scalars(select(GoalStep.id).where(GoalStep.goal_id == goal_id, GoalStep.place == place)).one()


def _invited(cast: Cast, patient: AdmittedPatient) -> Ids:
    """Two whom she asked into her circle, two whom the lead asked into the team; one of each has answered."""
    waiting, accepted = (
        circle_invitations.invite_member(
            patient, Role.MEMBER, relationship, "email", f"{name}.new@kith.example", cast.world.mary.id
        )
        for name, relationship in (("ada", "niece"), ("ben", "nephew"))
    )
    waiting_team, accepted_team = (_into_team(cast, f"{name}.new@kith.example") for name in ("cleo", "dan"))
    for invitation, name in ((accepted, "ben"), (accepted_team, "dan")):
        person = cast.somebody(name)
        invitation.state, invitation.person_id, invitation.accepted_at = "accepted", person.id, clock.now()
    db.session.flush()
    return {
        "invitation_id": waiting.id,
        "accepted_invitation": accepted.id,
        "into_team": waiting_team.id,
        "accepted_into_team": accepted_team.id,
    }


def _visited(cast: Cast, patient: AdmittedPatient) -> Ids:
    """A plan, a visit that is to come, one at which Nurse Adeyemi left a word, and the code on her wall."""
    mary, nurse = By(cast.world.mary.id, Role.PATIENT), By(cast.world.adeyemi.id, Role.VISITOR)
    tomorrow = clock.today(patient.zone) + timedelta(days=1)
    plan = visit_planning.plan(patient, NewPlan(new_id(), "Care", (6,), time(9), 30, tomorrow), mary)
    coming = visit_planning.add(patient, NewVisit(new_id(), "Tea", tomorrow, time(15), 30), mary)
    been, told = visiting.arrive(patient, new_id(), Told(unexpected="Wound care"), nurse), Told()
    writer = Reader(nurse.person_id, is_professional=True)
    note = noting.write(patient, been.id, NewNote(new_id(), family="Well.", handover="The heel."), told, nurse, writer)
    visiting.leave(patient, been.id, told, nurse)
    code = visit_codes.make(patient, mary).url.rpartition("/")[2]
    return {"visit_plan": plan.id, "visit_id": coming.id, "visit_note": note.id, "arrival_code": code}


def _posted(cast: Cast, patient: AdmittedPatient) -> Ids:
    """What she wrote in the feed, with a photo."""
    new = NewPost(new_id(), "A good day.", NewPhoto(picture(), "The garden"))
    return {"post_id": posting.post(patient, new, By(cast.world.mary.id, Role.PATIENT))}


def _rated(cast: Cast, patient: AdmittedPatient) -> Ids:
    """What she rated, the course that began with it, what she is writing now; a licence of her organisation."""
    by, admin = By(cast.world.mary.id, Role.PATIENT), cast.world.admin.id
    given = rating.give(patient, NewRating(new_id(), "wheel", "patient", {"mood": 5, "home": 8}), by)
    draft = drafts.keep(patient, "wheel", "patient", {"mood": Said(6, "Better.")}, by)
    licence = InstrumentLicence(organisation_id=patient.organisation_id, code="tidal", recorded_by=admin)
    licence.holder, licence.number, licence.approval = "Riverside Care", "T-1", "Letter of 1 October"
    licence.expires_on = clock.now().date() + timedelta(days=365)
    db.session.add(licence)
    db.session.flush()
    (course,) = dues.courses(patient)
    ids = {"rating_id": given.id, "rating_draft": draft.row.client_id, "course_id": course.id, "area": "body"}
    return ids | {"licence_id": licence.id}


def _kept(cast: Cast, patient: AdmittedPatient) -> Ids:
    """A hold on her record, a copy of it, and one of everything about her."""
    world = cast.world
    hold = LegalHold(organisation_id=world.organisation.id, patient_id=patient.id, set_by=world.admin.id)
    hold.reason = "A claim was made in October."
    db.session.add(hold)
    of_her = exporting.ask_for_record(patient, world.mary.id)
    about_her = exporting.ask_about_oneself(world.mary.id)
    db.session.flush()
    for export in (of_her, about_her):
        exporting.make(str(export.id))
    rows.reach(rows.SERVICE)  # a copy is made with its asker's reach; what follows is by the test's own hands
    return {"hold_id": hold.id, "export_id": of_her.id, "export_about_her": about_her.id}


def _around(cast: Cast, patient: AdmittedPatient) -> Ids:
    """Who and what is around her."""
    world, second_admin = cast.world, cast.somebody("second admin")
    teams.give_role(world.organisation.id, None, second_admin.id, Role.ADMIN)
    db.session.flush()

    def of(name: str) -> UUID:
        return cast.people[name].id

    return {
        "patient_id": patient.id,
        "team_id": world.team.id,
        "member_id": _first(CircleMember.id, CircleMember.person_id == world.tom.id),
        "grant_id": _first(CircleGrant.id, CircleMember.person_id == world.tom.id, join=CircleMember),
        "membership_id": _first(Membership.id, Membership.person_id == world.lind.id),
        "delivery_id": _first(Delivery.id, Delivery.patient_id == patient.id),
        "access_id": _first(EmergencyAccess.id, EmergencyAccess.person_id == of("clinician who broke the glass")),
        "acting_id": _first(ActingFor.id, ActingFor.person_id == of("acting for mary in everything")),
        "agreement_id": _first(SharedCare.id, SharedCare.ended_at.is_(None)),
        "person_id": world.lind.id,
        "admin_membership": _first(Membership.id, Membership.person_id == second_admin.id),
        "second_coordinator": of("coordinator of the same team"),
        "priya": world.priya.id,
        "organisation_id": world.organisation.id,
    }


def _into_team(cast: Cast, email: str) -> Invitation:
    """Somebody whom the lead asked into Mary's team."""
    team, lead = cast.world.team, cast.world.lead
    return inviting.invite(
        Asked(team.organisation_id, team.name, "clinician", lead.id, "email", email, team_id=team.id)
    )


def members(cast: Cast) -> dict[str, str]:
    """Who is, or was, in Mary's circle: the id of each persona's place; and one of Mr Khan's, and one who works."""
    world = cast.world
    clinician = cast.somebody("a clinician in her circle")
    teams.give_role(world.organisation.id, world.team.id, clinician.id, Role.CLINICIAN)
    circle = {"a clinician in her circle": clinician, **cast.people}
    for patient, person in ((world.mary_patient, clinician), (world.khan_patient, cast.people["clinician"])):
        service.add_member(patients.admitted_one(patient.id), person, Role.MEMBER, "friend", patient.person_id)
    of_khan = _first(CircleMember.id, CircleMember.patient_id == world.khan_patient.id)
    of_mary = select(CircleMember.person_id, CircleMember.id).where(CircleMember.patient_id == world.mary_patient.id)
    places = {person: str(place) for person, place in db.session.execute(of_mary)}
    return {name: places[one.id] for name, one in circle.items() if one.id in places} | {"of Mr Khan": str(of_khan)}


def _first(column, *where, join=None):  # type: ignore[no-untyped-def]
    asked = select(column).where(*where)
    if join is not None:
        asked = asked.join(join, join.id == CircleGrant.member_id)
    return db.session.scalars(asked).first()
