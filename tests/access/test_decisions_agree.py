"""One decision: pages, the API, texts and exports agree for any persona, permission and patient."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice, product
from uuid import UUID, uuid4

import pytest

from app.access import callers, roles
from app.access.callers import Credential, Standing
from app.access.guards import OnPatient
from app.access.permissions import GRANT_NEEDED, SCOPE_NEEDED, SCOPES, Category, Permission, Purpose, Right
from app.access.roles import CIRCLE, MAY, STAFF, Role
from app.core.db import db
from tests.access import matrix
from tests.access.conftest import Stage
from tests.access.matrix import Answer, Operation
from tests.access.personas import EVERY_GRANT, PERSONAS, Persona

TRIPLES, OVER_HTTP = 10_000, 400
SEED = 20261118


@pytest.fixture(scope="module")
def patients(stage: Stage) -> dict[str, UUID]:
    world = stage.cast.world
    return {"mary": world.mary_patient.id, "khan": world.khan_patient.id, "nobody": uuid4()}


def triples(patients: dict[str, UUID], count: int) -> Iterator[tuple[Persona, Permission, str]]:
    chance = random.Random(SEED)
    for _ in range(count):
        yield chance.choice(PERSONAS), chance.choice(list(Permission)), chance.choice(list(patients))


def standings(stage: Stage, persona: Persona, patient_id: UUID) -> list[Standing | None]:
    """What the directory says of a persona by their token, by their cookie and by their person."""
    directory, line = stage.app.extensions["directory"], stage.line(persona.name)
    cookie = line.client.get_cookie(stage.app.config["KITH"].cookie_name)
    found = [
        directory.standing(Credential("bearer", line.token), patient_id) if line.token else None,
        directory.standing(Credential("cookie", cookie.value), patient_id) if cookie else None,
        directory.standing_of_person(line.person.id, patient_id),
    ]
    db.session.rollback()
    return [one[2] if one else None for one in found]


def test_every_door_gives_the_same_answer(stage: Stage, patients: dict[str, UUID]) -> None:
    known = {
        (persona.name, patient): standings(stage, persona, patient_id)
        for persona, (patient, patient_id) in product(PERSONAS, patients.items())
    }
    counted = 0
    for persona, permission, patient in triples(patients, TRIPLES):
        token, cookie, person = known[persona.name, patient]
        by = [callers.decide(one, permission) if one else None for one in (token, cookie)]
        assert by[0] == by[1], (persona, permission, patient)
        if persona.session.is_running and not persona.is_locked:
            assert by[0] == (callers.decide(person, permission) if person else None), (persona, permission, patient)
        if patient == "mary" and token is not None:
            assert bool(by[0]) is matrix.may(persona, permission), (persona, permission)
        if patient == "nobody":
            assert not any(by), (persona, permission)
        counted += 1
    assert counted == TRIPLES


def test_the_decision_is_the_policy_for_any_standing() -> None:
    """Against the tables alone, written out: 10,000 standings that mix roles, grants and scopes."""
    chance = random.Random(SEED)
    for _ in range(TRIPLES):
        held = frozenset(chance.sample(list(Role), chance.randint(0, 3)))
        grants = frozenset(chance.sample(EVERY_GRANT, chance.randint(0, 6)))
        scopes = frozenset(chance.sample(sorted(SCOPES), chance.randint(0, 4)))
        permission, purpose = chance.choice(list(Permission)), chance.choice([None, *Purpose])
        role = callers.decide(Standing(held, grants, scopes), permission, purpose)
        fit = {
            one
            for one in held
            if _opens(one, permission, grants, scopes) and purpose in (None, callers.purpose_of(one))
        }
        assert (role in fit) if fit else (role is None), (held, grants, scopes, permission, purpose)


def _opens(
    role: Role, permission: Permission, grants: frozenset[tuple[Category, Right]], scopes: frozenset[str]
) -> bool:
    if permission not in MAY[role]:
        return False
    if role in (Role.MEMBER, Role.VISITOR, Role.SERVICE):
        return permission in GRANT_NEEDED and GRANT_NEEDED[permission] in grants
    if role is Role.ACTING:
        return bool(scopes) if SCOPE_NEEDED[permission] is None else SCOPE_NEEDED[permission] in scopes
    return True


def test_what_each_grant_opens_and_that_the_others_open_nothing() -> None:
    for grant in EVERY_GRANT:
        for role in CIRCLE:
            opened = {one for one in Permission if roles.allowed(role, one, (grant,))}
            assert opened == {one for one in MAY[role] if GRANT_NEEDED.get(one) == grant}
    opening = set(GRANT_NEEDED.values())
    assert all(not roles.allowed(Role.MEMBER, one, set(EVERY_GRANT) - opening) for one in Permission)


def test_the_policy_keeps_its_promises() -> None:
    """Said by product.md and security.md, whatever the tables become."""
    clinical = {one for one in Permission if one.startswith("see_")} - {Permission.SEE_TEAMS, Permission.SEE_PEOPLE}
    assert MAY[Role.ADMIN].isdisjoint(clinical)  # an admin reads no clinical data by being admin
    assert all(permission in SCOPE_NEEDED for permission in MAY[Role.ACTING])
    assert Permission.CHANGE_ACTING not in MAY[Role.ACTING]  # nobody who acts for a patient decides who else does
    for looks in (Role.EMERGENCY, Role.SHARING):  # they see and change nothing
        assert all(permission.startswith("see_") for permission in MAY[looks])
    held = {role for role in Role if Permission.BREAK_GLASS in MAY[role]}
    assert held == {Role.CLINICIAN, Role.LEAD}
    assert {role for role in Role if Permission.CHANGE_PEOPLE in MAY[role]} == {Role.ADMIN}
    assert CIRCLE.isdisjoint(STAFF)


def _faces(stage: Stage) -> dict[Permission, tuple[Operation, Operation]]:
    """A page and an API operation that need the same permission on a patient and change nothing."""
    found: dict[Permission, tuple[list[Operation], list[Operation]]] = {}
    for one in stage.operations:
        if isinstance(one.access, OnPatient) and one.method == "GET":
            found.setdefault(one.access.permission, ([], []))[one.path.startswith("/api/")].append(one)
    return {permission: (pages[0], api[0]) for permission, (pages, api) in found.items() if pages and api}


def test_a_page_and_the_api_answer_alike(stage: Stage, patients: dict[str, UUID]) -> None:
    faces = _faces(stage)
    assert {Permission.SEE_PATIENT, Permission.SEE_READINGS, Permission.SEE_ALERTS} <= faces.keys()
    sample = (one for one in triples(patients, TRIPLES) if one[1] in faces)
    for persona, permission, patient in islice(sample, OVER_HTTP):
        line, (page, api) = stage.line(persona.name), faces[permission]
        by_page, by_api = (line.call(one, patient_id=str(patients[patient])) for one in (page, api))
        assert by_page.was_admitted == by_api.was_admitted, (persona, page, api, patient)
        said = 401 if by_page.status == 303 and by_page.location.startswith("/sign-in") else by_page.status
        if not by_api.was_admitted:
            assert said == by_api.status, (persona, page, api, patient)
        if patient == "mary":
            assert by_api.was_admitted is (matrix.expected(persona, api) is Answer.ADMITTED), (persona, api)
