"""See what a member sees: the same answer as theirs, to whoever may ask; nothing is changed by looking."""

from __future__ import annotations

import re

import pytest

from app.access import roles
from app.access.guards import OnPatient
from app.access.permissions import Permission
from tests.access import alike, calling, matrix
from tests.access.calling import Line, Seen
from tests.access.conftest import Stage
from tests.access.matrix import Operation
from tests.access.personas import PERSONAS, Persona, Session

MEMBERS = (
    "tom",
    "nurse adeyemi",
    "her monitor",
    "member without a grant",
    "member who may see plan",
    "member with every grant",
    "member whose grants ran out",
)
MAY_LOOK = ("mary herself", "acting for mary in everything")
# What belongs to the browser that looks, and not to what the member sees: token, banner, links that keep looking.
_OF_THE_BROWSER = re.compile(
    r'(?<=name="csrf_token" value=")[0-9a-f]{64}|(?<= value=")[0-9a-f-]{36}(?=")'
    r'|<p class="kith-whose.*?</p>| class="kith-looking"'
    r"|(?:\?|&amp;|&)see_as=[0-9a-f-]{36}",
    re.DOTALL,
)
_IN_HEADERS = ("Set-Cookie", "Content-Length")


def looks(stage: Stage) -> list[Operation]:
    return [one for one in stage.operations if isinstance(one.access, OnPatient) and one.method == "GET"]


def as_member(line: Line, operation: Operation, member_id: str) -> Seen:
    path = line.path_of(operation)
    return line.open("GET", f"{path}{'&' if '?' in path else '?'}see_as={member_id}")


def shown(seen: Seen) -> tuple[int, list[tuple[str, str]], str]:
    status, headers, body = alike.plain(seen)
    kept = [(name, value) for name, value in headers if name not in _IN_HEADERS]
    return status, kept, re.sub(r"\s+", " ", _OF_THE_BROWSER.sub("", body))


@pytest.mark.parametrize("looker", MAY_LOOK)
@pytest.mark.parametrize("member", MEMBERS)
def test_it_is_the_members_own_answer(stage: Stage, member: str, looker: str) -> None:
    theirs, mine = stage.line(member), stage.line(looker)
    member_id = stage.members[member]
    for operation in looks(stage):
        if shown(as_member(mine, operation, member_id)) != shown(theirs.call(operation)):
            assert shown(as_member(mine, operation, member_id)) == shown(theirs.call(operation)), str(operation)


@pytest.mark.parametrize("persona", PERSONAS, ids=str)
def test_only_who_may_look_is_shown_it(stage: Stage, persona: Persona) -> None:
    if persona.session is not Session.HOLDS or persona.is_locked or persona.identity_level == "P5":
        return  # refused before anything is asked: the matrix has them
    may = matrix.may(persona, Permission.PREVIEW_MEMBER)
    for operation in looks(stage)[:6]:
        seen = as_member(stage.line(persona.name), operation, stage.members["member with every grant"])
        if not may:
            assert seen.status == (403 if persona.roles else 404), (str(operation), seen.status)
            assert not seen.was_admitted
        else:
            # Whoever acts for her in some things looks no further than in these.
            within = matrix.may(persona, operation.access.permission)  # type: ignore[union-attr]
            of_member = stage.lines["member with every grant"].call(operation)
            assert seen.status == (of_member.status if within else 403), str(operation)


def test_nothing_is_changed_while_looking(stage: Stage) -> None:
    line, before = stage.line("mary herself"), stage.witness.sees()
    for operation in stage.operations:
        if isinstance(operation.access, OnPatient) and operation.method != "GET":
            path = f"{line.path_of(operation)}?see_as={stage.members['member with every grant']}"
            seen = line.open(operation.method, path, line.sent(operation))
            assert (seen.status, seen.was_admitted) == (403, False), str(operation)
    assert stage.witness.sees() == before


@pytest.mark.parametrize("other", ["not-an-id", "00000000-0000-7000-8000-000000000000", "$khans", "$left"])
def test_nobody_elses_member_is_shown(stage: Stage, other: str) -> None:
    """Not one of Mr Khan's circle, not one who has left, not one who never was."""
    member_id = {"$khans": stage.members["of Mr Khan"], "$left": stage.members["member who was removed"]}.get(
        other, other
    )
    for operation in looks(stage):
        seen = as_member(stage.line("mary herself"), operation, member_id)
        assert (seen.status, seen.was_admitted) == (404, False), str(operation)


def test_a_member_who_works_for_the_team_shows_what_a_member_sees(stage: Stage) -> None:
    """A patient who asks a clinician into the circle sees what they see as a member, never as a clinician."""
    line = stage.line("mary herself")
    for operation in looks(stage):
        permission = operation.access.permission  # type: ignore[union-attr]
        seen = as_member(line, operation, stage.members["a clinician in her circle"])
        may = roles.allowed(roles.Role.MEMBER, permission, ())
        assert seen.was_admitted is may, str(operation)


def test_it_is_written_down_as_the_patients_own_look(stage: Stage) -> None:
    operation = next(one for one in looks(stage) if str(one).endswith("/readings"))
    with calling.audited() as entries:
        as_member(stage.line("mary herself"), operation, stage.members["tom"])
    assert [(one.action, one.actor_id) for one in entries] == [("preview_member", stage.cast.world.mary.id)]
