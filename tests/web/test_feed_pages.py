"""The feed on pages: for the patient, for her circle and from the console, without script."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.messages import photos
from app.messages.models.feed import Post
from app.messages.service import posting
from app.patients import queries as patients
from app.patients import service as patient_service
from tests.messages.feeds import give, picture
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]


@pytest.fixture
def tom(browser_of: BrowserOf, world: World) -> Browser:
    give(world, world.tom, Right.SEE, Right.ACT)
    return browser_of(world.tom)


def write(browser: Browser, home: str, text: str, file: tuple[io.BytesIO, str] | None = None, **more: Any) -> Any:
    form = browser.hidden(f"{home}/feed/new") | {"text": text} | more
    return browser.post(f"{home}/feed/new", form | ({"photo": file} if file else {}))


def newest() -> str:
    return str(db.session.scalars(select(Post.id).order_by(Post.created_at.desc(), Post.id.desc())).first())


def test_mary_writes_with_a_photo_and_tom_reads_it(mary: Browser, tom: Browser, home: str) -> None:
    sent = write(mary, home, "The roses are out", (io.BytesIO(picture()), "IMG_0012.html"), words="Red roses")
    assert sent.status_code == 303
    assert "It is written" in words(mary.get(sent.headers["Location"]))
    page = tom.get(f"{home}/feed")
    assert "News of Mary’s circle" in words(page)
    assert "Mary Okafor , patient" in words(page)
    assert "The roses are out" in words(page)
    found = re.search(r'<img class="kith-photo" src="([^"]+)" alt="Red roses" width="40" height="20"', page.text)
    assert found is not None
    served = tom.client.get(found[1])
    assert (served.status_code, served.mimetype, served.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")


def test_a_form_sent_twice_is_one_post(mary: Browser, home: str) -> None:
    form = mary.hidden(f"{home}/feed/new") | {"text": "Good day"}
    assert [mary.post(f"{home}/feed/new", form).status_code for _ in range(2)] == [303, 303]
    assert len(db.session.scalars(select(Post)).all()) == 1


@pytest.mark.parametrize(
    ("text", "file", "said"),
    [
        ("  ", None, "Write something first"),
        ("x" * 4001, None, "Write at most 4,000 letters"),
        ("Hello", b"%PDF-1.7", photos.NOT_A_PHOTO),
        ("Hello", b"\xff" * (photos.MOST_BYTES + 1), photos.TOO_LARGE),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(
    mary: Browser, home: str, text: str, file: bytes | None, said: str
) -> None:
    answer = write(mary, home, text, (io.BytesIO(file), "photo.jpg") if file else None)
    answer.request.environ["wsgi.input"].close()  # the test client keeps a large form in a file and leaves it open
    assert answer.status_code == 422
    assert said in words(answer)
    assert text.strip() in answer.text
    assert db.session.scalars(select(Post)).all() == []


def test_a_comment_and_a_sign_below_it(mary: Browser, tom: Browser, home: str) -> None:
    write(mary, home, "How was Sunday?")
    path = f"{home}/feed/{newest()}"
    form = tom.hidden(path)
    assert tom.post(f"{path}/comments", form | {"text": "Very good"}).status_code == 303
    assert tom.post(f"{path}/reaction", {"kind": "thanks"}).status_code == 303
    page = words(mary.get(path))
    assert "Tom Okafor , son" in page
    assert "Very good" in page
    assert "Tom Okafor (son): Thank you" in page
    assert "Who has seen it Tom Okafor, son" in page
    assert 'aria-pressed="true">Thank you' in tom.get(path).text
    assert tom.post(f"{path}/reaction", {"kind": ""}).status_code == 303
    assert "Tom Okafor (son): Thank you" not in words(mary.get(path))
    assert "Write something first" in words(tom.post(f"{path}/comments", form | {"text": " "}))


def test_changed_and_taken_away_it_says_so(mary: Browser, tom: Browser, priya: Browser, home: str) -> None:
    write(tom, home, "Lunch at noon")
    path = f"{home}/feed/{newest()}"
    change = tom.hidden(f"{path}/change")
    assert tom.post(f"{path}/change", change | {"text": "Lunch at one"}).status_code == 303
    assert "changed since" in words(mary.get(f"{home}/feed"))
    assert "Lunch at noon" in words(priya.get(f"{path}/before"))
    assert "Lunch at noon" in words(tom.get(f"{path}/before"))
    assert mary.get(f"{path}/before").status_code == 403
    stale = tom.post(f"{path}/change", change | {"text": "Lunch at two"})
    assert (stale.status_code, "changed since you read it" in words(stale)) == (412, True)
    assert mary.get(f"{path}/change").status_code == 403
    assert "Take this away?" in words(tom.get(f"{path}/take-away"))
    assert tom.post(f"{path}/take-away").status_code == 303
    page = words(mary.get(f"{home}/feed"))
    assert "Taken away by Tom Okafor" in page
    assert "Lunch" not in page


def test_a_report_is_read_by_the_team_alone(mary: Browser, tom: Browser, priya: Browser, home: str) -> None:
    write(tom, home, "She never listens")
    path = f"{home}/feed/{newest()}"
    assert "does not learn that it was reported" in words(mary.get(f"{path}/report"))
    assert "Write something first" in words(mary.post(f"{path}/report", {"reason": ""}))
    sent = mary.post(f"{path}/report", {"reason": "It hurts me"})
    assert sent.status_code == 303
    assert "The coordinator is told" in words(mary.get(sent.headers["Location"]))
    assert "It hurts me" in words(priya.get(path))
    assert "It hurts me" not in words(tom.get(path))
    assert "Reported" not in words(tom.get(path))
    assert "This is not right" not in words(tom.get(path))
    assert "was reported as not right" in words(priya.get(f"/console{home.replace('/my', '/patients')}"))


def test_the_console_says_how_much_is_unread(mary: Browser, priya: Browser, home: str) -> None:
    console = f"/console{home.replace('/my', '/patients')}"
    write(mary, home, "Good day")
    assert "News of the circle 1 unread" in words(priya.get(console))
    page = priya.get(f"{home}/feed")
    assert "This is Mary Okafor’s record." in words(page)
    assert "News of Mary’s circle" in words(page)
    assert "unread" not in words(priya.get(console))


def test_who_reads_along_and_who_is_listening_stands_beside_every_box(mary: Browser, tom: Browser, home: str) -> None:
    write(mary, home, "Good day")
    path = f"{home}/feed/{newest()}"
    for page in (f"{home}/feed/new", path, f"{path}/change"):
        said = words(mary.get(page))
        assert "Tom and the Riverside Long-Term Conditions team can read this." in said
        assert "Priya Shah and the Riverside Long-Term Conditions team read what you send until" in said
        assert said.count("Not for emergencies.") == 1
    assert "Not for emergencies." in words(tom.get(f"{path}/report"))


def test_when_care_has_ended_there_is_no_box(mary: Browser, home: str, world: World) -> None:
    form = mary.hidden(f"{home}/feed/new") | {"text": "Good day"}
    mary.post(f"{home}/feed/new", form)
    path = f"{home}/feed/{newest()}"
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        patient_service.end_care(patient, "moved")
    for page in (f"{home}/feed", f"{home}/feed/new", path):
        answer = mary.get(page)
        assert "has ended, so nothing more can be written here" in words(answer)
        assert "<textarea" not in answer.text
    again = mary.post(f"{home}/feed/new", form | {"id": str(new_id())})
    assert (again.status_code, "has ended" in words(again)) == (409, True)


def test_who_may_only_read_has_no_box(mary: Browser, browser_of: BrowserOf, world: World, home: str) -> None:
    write(mary, home, "Good day")
    give(world, world.tom, Right.SEE)
    tom = browser_of(world.tom)
    for page in (f"{home}/feed", f"{home}/feed/{newest()}"):
        answer = tom.get(page)
        assert "Good day" in words(answer)
        assert "<textarea" not in answer.text
        assert "Write something" not in words(answer)
    assert tom.get(f"{home}/feed/new").status_code == 403
    assert "News" in words(tom.get("/circle"))


def test_older_posts_are_on_the_next_page(mary: Browser, home: str, world: World) -> None:
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        for number in range(12):
            posting.happened(patient, Category.VISITS, "visit", new_id(), f"Visit {number:02}")
    first = mary.get(f"{home}/feed")
    assert "Visit 11" in words(first)
    assert "Kith" in words(first)
    assert "Visit 01" not in words(first)
    older = re.search(r'href="([^"]+cursor=[^"]+)"', first.text)
    assert older is not None
    second = mary.get(older[1].replace("&amp;", "&"))
    assert "Visit 01" in words(second)
    assert "Back to the newest" in words(second)


def test_seen_with_toms_eyes_nothing_can_be_sent(mary: Browser, tom: Browser, home: str, world: World) -> None:
    write(tom, home, "Good day")
    place = next(one for one in patients.circles_of(world.tom.id)).member.id
    page = mary.get(f"{home}/feed?see_as={place}")
    assert "You are seeing what Tom Okafor sees" in words(page)
    assert "Good day" in words(page)
    assert mary.get(f"{home}/feed/{newest()}?see_as={place}").status_code == 200


def test_what_somebody_writes_is_shown_as_they_wrote_it(mary: Browser, home: str) -> None:
    write(mary, home, "<script>alert(1)</script>\nSecond line")
    page = mary.get(f"{home}/feed")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nSecond line" in page.text
