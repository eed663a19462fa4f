"""What Mary keeps of the feed from her circle is as nothing to all of it, its author too; the team sees it (S40)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import bindparam, event, func, select

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.models.feed import Post
from app.notifications.models import OPEN_STATES, Delivery, DigestItem
from app.notifications.service import digests
from app.records.service.gathering import Subject, listings
from tests.conftest import NOW
from tests.medicines.kept import Home, home_of
from tests.medicines.test_hidden_everywhere import Reader as Everything
from tests.medicines.test_hidden_everywhere import changed, plainly, readable, readers
from tests.messages.feeds import Reader, at_the_feed, in_base_64, picture
from tests.people import World

CANARY = "Kingfisher"
UTC = ZoneInfo("UTC")
EVENING = NOW + timedelta(hours=9)
TOGETHER_OF = select(func.count(DigestItem.id)).where(
    DigestItem.person_id == bindparam("who"), DigestItem.told_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Around:
    """Mary's home, and each at her feed, signed in once."""

    home: Home
    readers: dict[str, Reader]

    @property
    def world(self) -> World:
        return self.home.world


@pytest.fixture
def home(client: FlaskClient, world: World) -> Around:
    people = ("mary", "tom", "adeyemi", "priya", "stranger")
    home = home_of(client, world)
    return Around(home, {one: at_the_feed(client, world, getattr(world, one)) for one in people})


def at(home: Around, who: str) -> Reader:
    return home.readers[who]


def hide(home: Around, post: Any, who: str = "mary") -> None:
    mary = at(home, who)
    assert mary.client.post(f"{mary.url}/{post['id']}/hiding", headers=mary.headers).status_code == 204


def show(home: Around, post: Any) -> None:
    mary = at(home, "mary")
    assert mary.client.delete(f"{mary.url}/{post['id']}/hiding", headers=mary.headers).status_code == 204


def whole(home: Around, author: str) -> tuple[Any, Any]:
    """A post with all that can hang on one, and a comment below it."""
    post = at(home, author).write(f"Of a {CANARY}", photo=in_base_64(picture(), f"A {CANARY}"))
    other = "mary" if author == "tom" else "tom"
    assert at(home, other).feel(post, "hug").status_code == 204
    comment = at(home, other).comment(post, f"{CANARY} too")
    assert at(home, other).report(post, f"A {CANARY} hurts").status_code == 204
    return post, comment


@pytest.mark.parametrize("author", ["mary", "tom"])
def test_nothing_that_can_be_read_changes(home: Around, author: str) -> None:
    """Everything that Tom, and Mary with his eyes, can read is the same to the letter as before it was written."""
    at(home, "mary").write("A good day.")
    ids = {"patient_id": str(home.world.mary_patient.id), "post_id": str(new_id())}
    everything = readers(home.home)
    family = {name: everything[name] for name in ("Tom", "Mary, seeing what Tom sees")}
    paths = list(readable(home.home, ids))
    for one in family.values():
        one.reads(paths)
    before = {name: plainly(one.reads(paths)) for name, one in family.items()}
    post, comment = whole(home, author)
    hide(home, post)
    for name, one in family.items():
        after = one.reads(paths)
        assert [path for path, (_, text) in after.items() if CANARY in text or post["id"] in text] == [], name
        # What Tom did himself stands in the log of it, which says that he wrote and not what.
        assert [one for one in changed(before[name], plainly(after)) if "access-log" not in one] == [], name
    assert_ids_are_of_nothing(home, family["Tom"], post, comment)
    show(home, post)
    shown = changed(before["Tom"], plainly(family["Tom"].reads(paths)))
    assert len(shown) >= 2, shown


def assert_ids_are_of_nothing(home: Around, tom: Everything, post: Any, comment: Any) -> None:
    base = {"patient_id": str(home.world.mary_patient.id)}
    for own in (post["id"], comment["id"]):
        for path in [path for path in readable(home.home, base | {"post_id": own}) if own in path]:
            nothing = str(new_id())
            status, text = tom.read(path)
            missing = tom.read(path.replace(own, nothing))
            assert plainly({"": (status, text.replace(own, nothing))}) == plainly({"": missing}), path
            assert status in (403, 404), path


def test_whatever_tom_tries_on_its_ids_finds_nothing(home: Around) -> None:
    post, comment = whole(home, "mary")
    hide(home, post)
    tom = at(home, "tom")
    for one in (post, comment):
        assert tom.change(one, "Mine").status_code == tom.take_away(one).status_code == 404
        assert tom.feel(one, "hug").status_code == tom.feel(one, None).status_code == 404
        assert tom.report(one, "No").status_code == 404
        assert tom.send(f"/{one['id']}/comments", text="Hello").status_code == 404
        hiding = f"{tom.url}/{one['id']}/hiding"
        answers = [tom.client.open(hiding, method=each, headers=tom.headers) for each in ("POST", "DELETE")]
        assert [each.status_code for each in answers] == [403, 403]


def test_mary_the_team_and_the_nurse_go_on_seeing_it(home: Around) -> None:
    post, comment = whole(home, "tom")
    assert at(home, "tom").unread() == 1
    hide(home, post)
    for who in ("mary", "priya", "adeyemi"):
        told = at(home, who).get(f"/{post['id']}")
        assert (told["text"], told["hidden_from_circle"]) == (f"Of a {CANARY}", True), who
        assert at(home, who).texts(f"/{post['id']}/comments") == [f"{CANARY} too"]
    assert (at(home, "tom").unread(), at(home, "tom").texts()) == (0, [])
    assert [one["reason"] for one in at(home, "priya").get(f"/{post['id']}/reports")["items"]] == [f"A {CANARY} hurts"]
    show(home, post)
    told = at(home, "tom").get(f"/{post['id']}")
    assert (told["comments"], told["hidden_from_circle"], told["version"]) == (1, False, post["version"])
    assert at(home, "tom").get(f"/{comment['id']}")["text"] == f"{CANARY} too"


def test_only_the_patient_decides_and_who_acts_within_messages(home: Around) -> None:
    post = at(home, "mary").write(CANARY)
    for who, status in (("tom", 403), ("adeyemi", 403), ("priya", 403), ("stranger", 404)):
        one = at(home, who)
        assert one.client.post(f"{one.url}/{post['id']}/hiding", headers=one.headers).status_code == status
    home.home.acts(home.world.tom, "messages")
    hide(home, post, "tom")
    assert at(home, "tom").texts() == [CANARY]


def test_a_comment_goes_with_its_post(home: Around) -> None:
    _, comment = whole(home, "tom")
    mary = at(home, "mary")
    assert mary.client.post(f"{mary.url}/{comment['id']}/hiding", headers=mary.headers).status_code == 404


def waiting(home: Around, person_id: Any) -> int:
    """How many messages wait to leave to somebody, at once or together."""
    queued = select(Delivery.id).where(Delivery.recipient_id == person_id, Delivery.state.in_(OPEN_STATES))
    together = select(DigestItem.id).where(DigestItem.person_id == person_id, DigestItem.told_at.is_(None))
    return sum(len(db.session.scalars(one).all()) for one in (queued, together))


def test_what_waits_is_not_sent_and_nobody_of_the_family_is_told_of_what_follows(home: Around) -> None:
    post = at(home, "mary").write(CANARY)
    at(home, "tom").comment(post, "Mine")
    assert waiting(home, home.world.tom.id) == 1
    hide(home, post)
    assert waiting(home, home.world.tom.id) == 0
    at(home, "mary").comment(post, f"{CANARY} again")
    assert at(home, "mary").change(post, f"{CANARY} anew").status_code == 200
    assert waiting(home, home.world.tom.id) == 0
    assert db.session.scalars(select(Post.hidden_at).where(Post.id == post["id"])).one() is not None


def test_one_thing_of_the_evening_is_stopped_too_when_it_is_on_its_way(home: Around) -> None:
    tom = home.world.tom.id
    post = at(home, "mary").write(CANARY)
    at(home, "mary").take_away(at(home, "mary").write("A good day."))
    with clock.at(EVENING):
        assert digests.send_due() > 0
    assert (waiting(home, tom), db.session.scalar(TOGETHER_OF, {"who": tom})) == (1, 0)
    hide(home, post)
    assert waiting(home, tom) == 0


@contextmanager
def meanwhile(act: Callable[[], None]) -> Iterator[None]:
    """At the first post or comment that is written in the block, another does this first."""
    done: list[bool] = []

    def first(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("INSERT INTO post ") and not done:
            done.append(True)
            other = threading.Thread(target=act)
            other.start()
            other.join()

    event.listen(db.engine, "before_cursor_execute", first)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", first)
    assert done


def test_a_comment_of_the_moment_in_which_it_is_kept_is_told_to_nobody_of_the_family(home: Around) -> None:
    post = at(home, "tom").write(CANARY)
    before = waiting(home, home.world.tom.id)
    with meanwhile(lambda: hide(home, post)):
        at(home, "mary").comment(post, f"{CANARY} too")
    assert waiting(home, home.world.tom.id) == before


def test_who_sent_it_and_sends_it_again_finds_nothing(home: Around) -> None:
    """A second copy is not made of it either."""
    sent = {"id": str(new_id()), "text": CANARY}
    tom = at(home, "tom")
    first = tom.client.post(tom.url, json=sent, headers=tom.headers)
    hide(home, first.get_json())
    assert tom.client.post(tom.url, json=sent, headers=tom.headers).status_code == 404
    assert at(home, "mary").texts() == [CANARY]


def test_a_copy_for_its_author_leaves_it_out(home: Around) -> None:
    post, _ = whole(home, "tom")
    tom, mary = (Subject(one.id, mine, True, UTC) for one, mine in own_and_whole(home.world))
    assert CANARY in str(copy(tom))
    hide(home, post)
    assert CANARY not in str(copy(tom))
    assert str(copy(mary)).count(f"Of a {CANARY}") == 1


def own_and_whole(world: World) -> list[tuple[Any, tuple[Any, ...]]]:
    return [(world.tom, ()), (world.mary, (world.mary_patient.id,))]


def copy(subject: Subject) -> dict[str, list[Any]]:
    """What such a copy holds of the feed."""
    with unit_of_work():
        return {one.name: list(one.rows) for one in listings(subject) if one.name.startswith("post")}
