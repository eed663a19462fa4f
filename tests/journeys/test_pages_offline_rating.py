"""In the browser, without a signal: Mary goes on with her wheel, area by area; with one it arrives once."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import func, select

from app.access.permissions import Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.patients.by import By
from app.ratings import loader
from app.ratings.entering import Said
from app.ratings.models import Rating, RatingDraft
from app.ratings.queries import drafts as queries
from app.ratings.service import arriving, drafts
from tests.conftest import NOW
from tests.journeys import test_pages_offline as offline
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.test_pages_offline import LOSES_AN_ANSWER, LYING_THERE, NO_SIGNAL, SIZES, with_a_signal
from tests.journeys.windows import Site, Window
from tests.people import World
from tests.ratings.rater import Raters

AREAS = loader.load_all()["wheel"].areas
BEGAN, FINISHED = NOW - timedelta(hours=3), NOW - timedelta(hours=2)
NOTE = "Stairs are hard on Mondays."
WORDS = ("Stairs", "score", "wheel", "Daily", "happened_at")
# The names of the browser's caches, and of all that lies in them.
CACHED = """async () => {
    const names = await caches.keys();
    const each = async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url);
    return [...names, ...(await Promise.all(names.map(each))).flat()];
}"""
# The first thing that is sent finds the service busy.
BUSY_AT_FIRST = """() => {
    const real = window.fetch;
    window.fetch = async (path, more) => {
        if (more?.method !== "POST" || window.busy) return real(path, more);
        window.busy = true;
        return new Response("{}", { status: 503 });
    };
}"""

# What was to be read on the page at any moment, if only for the blink of an eye.
GLIMPSES = """
    window.glimpsed = "";
    new MutationObserver(() => { window.glimpsed += document.body?.innerText ?? ""; })
        .observe(document, { childList: true, subtree: true });
"""


def keeps_the_questions(window: Window, path: str) -> None:
    window.meant = frozenset({NO_SIGNAL})
    window.page.clock.set_fixed_time(BEGAN)
    window.go(path)
    window.page.get_by_role("button", name="Keep them on this phone").click()
    window.page.get_by_text("The questions are kept on this phone.").wait_for()
    window.looks_right("My wheel")


def loses_the_signal(window: Window) -> int:
    """Once the page is there whole, with its scripts."""
    window.page.wait_for_load_state("networkidle")
    return offline.without_a_signal(window.site)


def says(window: Window, area: int, score: int | None) -> None:
    """On the page with a signal or the one without, which ask alike."""
    window.page.get_by_role("heading", name=AREAS[area].name, exact=True).wait_for()
    if score is None:
        window.page.get_by_role("button", name="Leave this one out").click()
        return
    window.page.get_by_label(str(score), exact=True).check()
    window.page.get_by_role("button", name="Next").click()


def made() -> list[Rating]:
    with unit_of_work():
        return list(db.session.scalars(select(Rating)))


@SIZES
def test_part_way_through_it_goes_on_without_a_signal_and_arrives_once(
    opens: Opens, site: Site, world: World, size: dict[str, int]
) -> None:
    with clock.at(BEGAN), unit_of_work():
        patient, by = patients.admitted_one(world.mary_patient.id), By(world.mary.id, Role.PATIENT, "page")
        drafts.keep(patient, "wheel", "patient", {AREAS[0].code: Said(4)}, by)
    mary = come_in(opens(size), world.mary)
    path = f"/my/{world.mary_patient.id}/wheel"
    keeps_the_questions(mary, path)
    mary.page.get_by_role("button", name="Go on with it").click()
    mary.page.get_by_role("heading", name=AREAS[1].name).wait_for()
    port = loses_the_signal(mary)
    when_a_page_with_a_signal_has_none_any_more(mary)
    when_rated_on_the_page_for_no_signal(mary)
    when_looked_through_and_finished(mary)
    mary.page.evaluate(LOSES_AN_ANSWER)
    with_a_signal(site, port, mary, NOW)
    mary.page.wait_for_function("() => window.lost")
    mary.page.evaluate("window.dispatchEvent(new Event('focus'))")
    mary.page.get_by_text("All of it is sent, and nothing is left on this phone.").wait_for()
    mary.page.get_by_text("You are through with it, and it is sent.").wait_for()
    mary.looks_right("No signal")
    (one,) = made()
    assert (one.scores, one.rated_at) == ([4, 3, 7, 8, None, 6, 2, 5], FINISHED)
    mary.go(path)
    mary.page.get_by_text(NOTE).wait_for()
    mary.page.get_by_role("button", name="Rate how it is going").wait_for()


def when_a_page_with_a_signal_has_none_any_more(mary: Window) -> None:
    page = mary.page
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Choose a number, or leave this one out.").wait_for()
    page.get_by_label("A word about it").fill(NOTE)
    says(mary, 1, 3)
    page.get_by_role("heading", name="No signal").wait_for()
    page.get_by_text("2 of 8 said so far.").wait_for()
    mary.looks_right("No signal")


def when_rated_on_the_page_for_no_signal(mary: Window) -> None:
    page = mary.page
    page.get_by_role("button", name="Go on with it").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Choose a number, or leave this one out.").wait_for()
    mary.looks_right("No signal")
    for area, score in ((2, 5), (3, 8), (4, None), (5, 6)):
        says(mary, area, score)
    page.get_by_role("heading", name=AREAS[6].name).wait_for()
    then_nothing_lies_open(mary, unsent=5)
    page.reload()  # the phone was switched off in between
    page.get_by_text("6 of 8 said so far.").wait_for()
    page.get_by_role("button", name="Go on with it").click()
    for area, score in ((6, 2), (7, 5)):
        says(mary, area, score)


def when_looked_through_and_finished(mary: Window) -> None:
    page = mary.page
    page.get_by_role("heading", name="Before it is sent").wait_for()
    mary.looks_right("No signal")
    page.get_by_role("row", name=f"{AREAS[0].name} before").wait_for()
    page.get_by_role("button", name=f"Change {AREAS[2].name}").click()
    expect(page.get_by_label("5", exact=True)).to_be_checked()
    says(mary, 2, 7)
    page.get_by_role("heading", name="Before it is sent").wait_for()
    page.clock.set_fixed_time(FINISHED)
    page.get_by_role("button", name="Send it when there is a signal").click()
    page.get_by_text("You are through with it. It is sent when there is a signal.").wait_for()
    expect(page.get_by_text("Not sent yet.")).to_have_count(1)  # one rating, one line
    mary.looks_right("No signal")


def then_nothing_lies_open(mary: Window, unsent: int) -> None:
    there = mary.page.evaluate(LYING_THERE)
    assert len(there["found"]) == unsent + 2  # the questions, and who uses the phone
    assert not any(word in text for text in there["found"] for word in WORDS)
    assert there["out"] == ["in"]
    assert [one for one in mary.page.evaluate(CACHED) if "/my/" in one or " " in one] == []


def begins_without_a_signal(mary: Window, path: str) -> int:
    """The first part of life is said; gives the port at which there was a signal."""
    keeps_the_questions(mary, path)
    port = loses_the_signal(mary)
    mary.page.goto(mary.site.url + path)
    mary.page.get_by_role("button", name="Rate how it is going").click()
    says(mary, 0, 4)
    return port


def test_begun_without_a_signal_it_is_gone_on_with_elsewhere(opens: Opens, site: Site, world: World) -> None:
    mary = come_in(opens(windows.PHONE), world.mary)
    path = f"/my/{world.mary_patient.id}/wheel"
    port = begins_without_a_signal(mary, path)
    says(mary, 1, None)
    mary.page.get_by_role("heading", name=AREAS[2].name).wait_for()
    mary.page.evaluate(BUSY_AT_FIRST)
    with_a_signal(site, port, mary, NOW)
    mary.page.wait_for_function("() => window.busy")  # the second waits for the first
    mary.page.evaluate("window.dispatchEvent(new Event('focus'))")
    mary.page.get_by_text("All of it is sent, and nothing is left on this phone.").wait_for()
    desk = come_in(opens(windows.DESK), world.mary)
    desk.go(path)
    desk.page.get_by_text("2 of 8 said so far").wait_for()
    desk.page.get_by_role("button", name="Go on with it").click()
    says(desk, 2, 9)
    desk.page.get_by_role("heading", name=AREAS[3].name).wait_for()
    with unit_of_work():
        draft = queries.in_full([db.session.scalars(select(RatingDraft)).one()])[0]
        assert list(draft.said.values()) == [Said(4), Said(), Said(9)]
        assert draft.said[AREAS[0].code].at == BEGAN


def test_sent_while_a_page_opens_it_goes_on_without_a_signal_again(opens: Opens, site: Site, world: World) -> None:
    """What that page was made with did not know of it yet."""
    mary = come_in(opens(windows.PHONE), world.mary)
    path = f"/my/{world.mary_patient.id}/wheel"
    port = begins_without_a_signal(mary, path)
    mary.page.get_by_text("Not sent yet.").wait_for()
    site.start(port)
    mary.go(path)
    mary.page.get_by_text("Saved on this phone, not sent yet").wait_for(state="hidden")
    mary.page.get_by_text("The questions are kept on this phone.").wait_for()
    loses_the_signal(mary)
    mary.page.goto(mary.site.url + path)
    mary.page.get_by_role("button", name="Go on with it").click()
    says(mary, 1, 3)
    mary.page.get_by_role("heading", name=AREAS[2].name).wait_for()
    with_a_signal(site, port, mary, NOW)
    mary.page.get_by_text("All of it is sent, and nothing is left on this phone.").wait_for()
    with unit_of_work():
        draft = queries.in_full([db.session.scalars(select(RatingDraft)).one()])[0]
        assert list(draft.said.values()) == [Said(4), Said(3)]


def test_finished_meanwhile_elsewhere_it_says_so_and_changes_nothing(opens: Opens, site: Site, world: World) -> None:
    mary = come_in(opens(windows.PHONE), world.mary)
    path = f"/my/{world.mary_patient.id}/wheel"
    keeps_the_questions(mary, path)
    mary.page.get_by_role("button", name="Rate how it is going").click()
    says(mary, 0, 4)
    mary.page.get_by_role("heading", name=AREAS[1].name).wait_for()
    port = loses_the_signal(mary)
    says(mary, 1, 3)
    mary.page.get_by_text("2 of 8 said so far.").wait_for()
    with unit_of_work():  # on another phone
        patient = patients.admitted_one(world.mary_patient.id)
        (draft,) = queries.mine(patient, world.mary.id)
        drafts.finish(patient, draft.client_id, By(world.mary.id, Role.PATIENT))
    with_a_signal(site, port, mary, NOW)
    mary.page.get_by_text(f"Could not be sent: {arriving.SENT}").wait_for()
    mary.page.get_by_text("Something of it could not be sent").wait_for()
    assert [one.scores for one in made()] == [[4, *[None] * 7]]
    mary.complaints.clear()  # the browser notes the 409 that was meant
    mary.looks_right("No signal")
    mary.page.get_by_role("button", name="Delete it").click()
    expect(mary.page.get_by_text("Could not be sent")).to_have_count(0)


def test_another_on_the_same_phone_neither_sees_nor_sends_it(opens: Opens, site: Site, world: World) -> None:
    Raters(world).share(Right.SEE, Right.ACT)
    mary = come_in(opens(windows.PHONE), world.mary)
    path = f"/my/{world.mary_patient.id}/wheel"
    port = begins_without_a_signal(mary, path)
    mary.page.get_by_text("Not sent yet.").wait_for()
    cookies = mary.page.context.cookies()
    mary.page.context.clear_cookies()
    site.start(port)
    tom = come_in(mary, world.tom)
    tom.page.clock.set_fixed_time(NOW)
    tom.page.add_init_script(GLIMPSES)
    tom.go("/offline")
    tom.page.get_by_text("Nothing of yours is kept on this phone.").wait_for()
    assert AREAS[0].name not in tom.page.evaluate("window.glimpsed")
    tom.looks_right("No signal")
    tom.go("/me/telling")
    tom.page.get_by_text("Somebody else’s, not sent yet: 1. It is sent when they sign in here.").wait_for()
    with unit_of_work():
        assert db.session.scalar(select(func.count(RatingDraft.id))) == 0
    mary.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    mary.go("/offline")
    mary.page.get_by_text("1 of 8 said so far.").wait_for()
    expect(mary.page.get_by_text("Not sent yet.")).to_have_count(0)
    with unit_of_work():
        assert db.session.scalars(select(RatingDraft.person_id)).all() == [world.mary.id]


def test_a_phone_that_keeps_nothing_loses_no_answer_either(opens: Opens, site: Site, world: World) -> None:
    mary = come_in(opens(windows.PHONE), world.mary)
    mary.meant = frozenset({NO_SIGNAL})
    mary.go(f"/my/{world.mary_patient.id}/wheel")
    mary.page.get_by_role("button", name="Rate how it is going").click()
    mary.page.get_by_role("heading", name=AREAS[0].name).wait_for()
    port = loses_the_signal(mary)
    says(mary, 0, 4)
    mary.page.get_by_text("There is no signal, or you are signed out. Nothing is lost").wait_for()
    expect(mary.page.get_by_label("4", exact=True)).to_be_checked()
    mary.looks_right(AREAS[0].name)
    site.start(port)
    mary.page.get_by_role("button", name="Next").click()
    mary.page.get_by_role("heading", name=AREAS[1].name).wait_for()
