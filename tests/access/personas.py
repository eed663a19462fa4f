"""Everybody who may ever call Kith, each made of real rows, with what they are to Mary Okafor by the policy's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import count

from sqlalchemy import select

from app.access.permissions import CIRCLE, GRANT_NEEDED, SCOPES, Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.demo import people
from app.identity.models import Person
from app.patients import queries, service
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleMember, EmergencyAccess, SharedCare
from app.teams import service as teams
from app.teams.models import Team
from tests.people import World

Grant = tuple[Category, Right]
EVERY_GRANT: tuple[Grant, ...] = tuple((category, right) for category in Category for right in Right)
OPENING = frozenset(GRANT_NEEDED.values())  # the grants that open a permission


class Session(StrEnum):
    """In what state somebody's sign-in is."""

    NONE = "none"
    HOLDS = "holds"
    REVOKED = "revoked"
    EXPIRED = "expired"
    HALF = "half"  # the second factor is still to be shown

    @property
    def is_running(self) -> bool:
        return self in (Session.HOLDS, Session.HALF)


class Place(StrEnum):
    """Where somebody works: seen from Mary."""

    TEAM = "Mary's own team"
    OTHER_TEAM = "another team of her organisation"
    ORGANISATION = "her whole organisation"
    ELSEWHERE = "a team of another organisation"


@dataclass(frozen=True, slots=True)
class Cast:
    """What the factories need: the world, and a second team in Mary's organisation."""

    world: World
    second_team: Team
    people: dict[str, Person] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def somebody(self, name: str) -> Person:
        """A new person, with a phone that never rings."""
        number = next(self._numbers)
        made = people.person("Persona", f"Nr{number}", f"07700900{300 + number:03}")
        made.family_name = name
        return made


Factory = Callable[[Cast, str], Person]


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody, and what they are: the expectation is computed from these words, never from an answer."""

    name: str
    make: Factory
    roles: frozenset[Role] = frozenset()  # to Mary
    grants: frozenset[Grant] = frozenset()  # running ones, given by Mary
    scopes: frozenset[str] = frozenset()  # in which they act for Mary
    works: tuple[tuple[Place, Role], ...] = ()
    session: Session = Session.HOLDS
    is_locked: bool = False
    identity_level: str | None = None  # of NHS login
    is_mary: bool = False

    def __str__(self) -> str:
        return self.name


def of_world(name: str) -> Factory:
    return lambda cast, _: getattr(cast.world, name)  # type: ignore[no-any-return]


def stranger(cast: Cast, name: str) -> Person:
    return cast.somebody(name)


def in_circle(
    role: Role, *grants: Grant, has_run_out: bool = False, has_left: bool = False, is_ended: bool = False
) -> Factory:
    """In Mary's circle, with these grants; or with grants that ran out yesterday or were ended; or taken out again."""

    def make(cast: Cast, name: str) -> Person:
        person, patient, mary = cast.somebody(name), _mary(cast), cast.world.mary.id
        member = service.add_member(patient, person, role, "friend", mary)
        ends_on = clock.now().date() + timedelta(days=90)
        for category, right in grants:
            given = service.give_grant(patient, member.id, category, right, ends_on, mary)
            if has_run_out:
                given.ends_on = clock.now().date() - timedelta(days=1)
            if is_ended:
                service.end_grant(patient, member.id, given.id, mary)
        if has_left:
            db.session.flush()
            service.end_membership(patient, member.id, mary)
        return person

    return make


def _mary(cast: Cast) -> AdmittedPatient:
    return queries.admitted_one(cast.world.mary_patient.id)


def acting(*scopes: str, basis: str = "consent", is_overdue: bool = False, is_ended: bool = False) -> Factory:
    """A member of the circle without a grant who decides for Mary in these matters."""

    def make(cast: Cast, name: str) -> Person:
        person, patient, world = in_circle(Role.MEMBER)(cast, name), _mary(cast), cast.world
        member_id = db.session.scalars(select(CircleMember.id).where(CircleMember.person_id == person.id)).one()
        review_on = clock.now().date() + timedelta(days=90)
        new = service.NewActing(member_id, basis, scopes, review_on, "Papers seen at the clinic on Monday.")
        stands = service.record_acting(patient, new, world.mary.id if basis == "consent" else world.priya.id)
        if is_overdue:
            stands.review_on = clock.now().date() - timedelta(days=1)
        if is_ended:
            service.end_acting(patient, stands.id, world.mary.id)
        return person

    return make


def working(place: Place, role: Role, *, is_off_duty: bool = False) -> Factory:
    """Somebody with a role in a team, or in the whole organisation; or who had it until now."""

    def make(cast: Cast, name: str) -> Person:
        person, world = cast.somebody(name), cast.world
        team = {Place.TEAM: world.team, Place.OTHER_TEAM: cast.second_team, Place.ELSEWHERE: world.other_team}.get(
            place
        )
        team = None if role is Role.ADMIN else team  # an admin is one of a whole organisation
        organisation = world.elsewhere if place is Place.ELSEWHERE else world.organisation
        held = teams.give_role(organisation.id, team.id if team else None, person.id, role)
        held.ended_at = clock.now() if is_off_duty else None
        return person

    return make


def breaking_glass(*, is_over: bool = False) -> Factory:
    """A clinician of another team who opened Mary's record in an emergency, now or five hours ago."""

    def make(cast: Cast, name: str) -> Person:
        person, world = working(Place.OTHER_TEAM, Role.CLINICIAN)(cast, name), cast.world
        opened = clock.now() - timedelta(hours=5 if is_over else 1)
        access = EmergencyAccess(
            organisation_id=world.organisation.id,
            patient_id=world.mary_patient.id,
            person_id=person.id,
            created_at=opened,
            ends_at=opened + timedelta(hours=4),
        )
        access.reason = "Found unconscious in the waiting room of the clinic."
        db.session.add(access)
        return person

    return make


def sharing(role: Role, *, is_ended: bool = False, has_run_out: bool = False) -> Factory:
    """Somebody of a team of another organisation with which Mary agreed to share her care."""

    def make(cast: Cast, name: str) -> Person:
        person, world = cast.somebody(name), cast.world
        team = teams.add_team(world.elsewhere.id, f"Hillside Team {person.id.hex[-6:]}")
        teams.give_role(world.elsewhere.id, team.id, person.id, role)
        days = -1 if has_run_out else 60
        shared = SharedCare(
            organisation_id=world.organisation.id,
            patient_id=world.mary_patient.id,
            team_id=team.id,
            ends_on=clock.now().date() + timedelta(days=days),
            agreed_by=world.mary.id,
        )
        shared.agreement = "Agreed by Mary at home, with Priya Shah present."
        if is_ended:
            shared.ended_at, shared.ended_by = clock.now(), world.mary.id
        db.session.add(shared)
        return person

    return make


def patient_elsewhere(cast: Cast, name: str) -> Person:
    """A patient of another organisation."""
    person, world = cast.somebody(name), cast.world
    service.enrol(world.other_team, person, service.NewPatient(coordinator_id=world.other_coordinator.id))
    return person


def locked(cast: Cast, name: str) -> Person:
    """A coordinator of Mary's own team whom an administrator has locked."""
    person = working(Place.TEAM, Role.COORDINATOR)(cast, name)
    person.locked_at = clock.now()
    return person


def closed(cast: Cast, name: str) -> Person:
    """A clinician of Mary's own team whose account was closed."""
    person = working(Place.TEAM, Role.CLINICIAN)(cast, name)
    person.is_active = False
    return person


def _member(name: str, *grants: Grant) -> Persona:
    made = in_circle(Role.MEMBER, *grants)
    return Persona(name, made, frozenset({Role.MEMBER}), frozenset(grants))


def _works(name: str, place: Place, role: Role, make: Factory | None = None) -> Persona:
    to_mary = frozenset({role}) if place is Place.TEAM else frozenset[Role]()
    return Persona(name, make or working(place, role), to_mary, works=((place, role),))


def _acts(name: str, *scopes: str, basis: str = "consent") -> Persona:
    both = frozenset({Role.ACTING, Role.MEMBER})
    return Persona(name, acting(*scopes, basis=basis), both, scopes=frozenset(scopes))


def _shares(name: str, role: Role) -> Persona:
    return Persona(name, sharing(role), frozenset({Role.SHARING}), works=((Place.ELSEWHERE, role),))


def _ended(name: str, *, is_ended: bool = False, has_run_out: bool = False) -> Persona:
    made = sharing(Role.COORDINATOR, is_ended=is_ended, has_run_out=has_run_out)
    return Persona(name, made, works=((Place.ELSEWHERE, Role.COORDINATOR),))


SEE, TOLD, ACT = (
    (Category.READINGS, Right.SEE),
    (Category.READINGS, Right.BE_TOLD),
    (Category.READINGS, Right.ACT),
)
_PATIENT, _MEMBER, _VISITOR = frozenset({Role.PATIENT}), frozenset({Role.MEMBER}), frozenset({Role.VISITOR})
# Each grant by itself that opens something, and every category to see; those that open nothing, all at once.
_SINGLE = sorted({*OPENING, *((category, Right.SEE) for category in Category), TOLD})

_COORDINATOR = (Place.TEAM, Role.COORDINATOR)
_TEAM_COORDINATOR = (
    working(*_COORDINATOR), frozenset({Role.COORDINATOR}), frozenset[Grant](), frozenset[str](), (_COORDINATOR,)
)  # fmt: skip
_ADMIN = ((Place.ORGANISATION, Role.ADMIN),)
_OTHER_CLINICIAN = ((Place.OTHER_TEAM, Role.CLINICIAN),)

PERSONAS: tuple[Persona, ...] = (
    Persona("anonymous", stranger, session=Session.NONE),
    Persona("mary herself", of_world("mary"), _PATIENT, is_mary=True),
    Persona("another patient of the same team", of_world("khan")),
    Persona("a patient of another organisation", patient_elsewhere),
    Persona("a stranger", of_world("stranger")),
    _member("member without a grant"),
    *(_member(f"member who may {right} {category}", (category, right)) for category, right in _SINGLE),
    _member("member with every grant that opens nothing", *(one for one in EVERY_GRANT if one not in OPENING)),
    _member("member with every grant", *EVERY_GRANT),
    Persona("tom", of_world("tom"), _MEMBER, frozenset({SEE})),
    Persona("member whose grants ran out", in_circle(Role.MEMBER, *EVERY_GRANT, has_run_out=True), _MEMBER),
    Persona("member whose grants were ended", in_circle(Role.MEMBER, *EVERY_GRANT, is_ended=True), _MEMBER),
    Persona("member who was removed", in_circle(Role.MEMBER, *EVERY_GRANT, has_left=True)),
    Persona("nurse adeyemi", of_world("adeyemi"), _VISITOR, frozenset({SEE, ACT})),
    Persona("visitor without a grant", in_circle(Role.VISITOR), _VISITOR),
    Persona("visitor with every grant", in_circle(Role.VISITOR, *EVERY_GRANT), _VISITOR, frozenset(EVERY_GRANT)),
    Persona("her monitor", of_world("device"), frozenset({Role.SERVICE}), frozenset({ACT})),
    _works("priya, her named coordinator", Place.TEAM, Role.COORDINATOR, of_world("priya")),
    _works("coordinator of the same team", Place.TEAM, Role.COORDINATOR),
    _works("coordinator of another team", Place.OTHER_TEAM, Role.COORDINATOR),
    Persona("coordinator off duty", working(Place.TEAM, Role.COORDINATOR, is_off_duty=True)),
    _works("coordinator of another organisation", Place.ELSEWHERE, Role.COORDINATOR, of_world("other_coordinator")),
    _works("clinician", Place.TEAM, Role.CLINICIAN, of_world("lind")),
    _works("clinician of another team", Place.OTHER_TEAM, Role.CLINICIAN),
    _works("lead", Place.TEAM, Role.LEAD, of_world("lead")),
    _works("lead of another team", Place.OTHER_TEAM, Role.LEAD),
    _works("lead of another organisation", Place.ELSEWHERE, Role.LEAD),
    _works("admin", Place.ORGANISATION, Role.ADMIN, of_world("admin")),
    _works("admin of another organisation", Place.ELSEWHERE, Role.ADMIN),
    Persona("mary, signed out", of_world("mary"), _PATIENT, session=Session.REVOKED, is_mary=True),
    Persona("mary, timed out", of_world("mary"), _PATIENT, session=Session.EXPIRED, is_mary=True),
    Persona("mary by NHS login at P5", of_world("mary"), _PATIENT, identity_level="P5", is_mary=True),
    Persona("mary by NHS login at P9", of_world("mary"), _PATIENT, identity_level="P9", is_mary=True),
    Persona("coordinator by NHS login at P5", *_TEAM_COORDINATOR, identity_level="P5"),
    Persona("coordinator who has shown a password only", *_TEAM_COORDINATOR, session=Session.HALF),
    Persona("admin who has shown a password only", of_world("admin"), works=_ADMIN, session=Session.HALF),
    Persona("locked coordinator", locked, is_locked=True),
    Persona("closed account of a clinician", closed, is_locked=True),
    _acts("acting for mary in everything", *SCOPES),
    _acts("acting for mary with her readings", Category.READINGS),
    _acts("acting for mary with her circle", CIRCLE, basis="lasting_power_of_attorney"),
    _acts("acting for mary with her goals, out of scope", Category.GOALS, basis="best_interest"),
    Persona("acting for mary, review overdue", acting(*SCOPES, is_overdue=True), _MEMBER),
    Persona("acting for mary until now", acting(*SCOPES, is_ended=True), _MEMBER),
    Persona("clinician who broke the glass", breaking_glass(), frozenset({Role.EMERGENCY}), works=_OTHER_CLINICIAN),
    Persona("clinician whose emergency is over", breaking_glass(is_over=True), works=_OTHER_CLINICIAN),
    _shares("coordinator of a team that shares her care", Role.COORDINATOR),
    _shares("clinician of a team that shares her care", Role.CLINICIAN),
    _ended("coordinator whose team no longer shares her care", is_ended=True),
    _ended("coordinator whose agreement ran out", has_run_out=True),
)
