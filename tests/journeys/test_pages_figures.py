"""In the browser: Priya looks at what is due and what fell, then at the figures of her team, and takes their file."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.reports import figures
from tests.conftest import NOW
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.people import World
from tests.reports.test_figures import rated, somebody

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


@SIZES
def test_from_what_is_due_to_the_figures(opens: Opens, world: World, size: dict[str, int]) -> None:
    given_a_team_that_rates(world)
    priya = come_in(opens(size), world.priya)
    when_she_looks_at_what_is_due(priya)
    when_she_looks_at_the_figures(priya)
    then_the_file_says_the_same(priya)
    priya.page.get_by_label("As rated by").select_option("the team")
    priya.page.get_by_role("button", name="Show").click()
    expect(priya.page.get_by_text("Nobody has rated twice yet.")).to_be_visible()
    priya.looks_right("Figures of Riverside")


def given_a_team_that_rates(world: World) -> None:
    """Five rated twice, one of them far lower the second time; nobody has come to the three months."""
    for scores in ((3, 5), (4, 6), (5, 7), (5, 5), (9, 4)):
        rated(somebody(world), *scores)
    with unit_of_work():
        day = NOW.date() - timedelta(days=40)
        db.session.execute(text("update rating_due set due_on = :day where occasion = 'month_3'"), {"day": day})


def when_she_looks_at_what_is_due(priya: Window) -> None:
    priya.go("/console/worklist")
    priya.page.get_by_role("navigation", name="Main").get_by_role("link", name="Reviews").click()
    priya.looks_right("Reviews")
    fell = priya.page.get_by_role("region", name="To speak about")
    expect(fell).to_contain_text("My mood 9 to 4")
    due = priya.page.get_by_role("region", name="Ratings due")
    expect(due.get_by_text("3 months, due 9 October")).to_have_count(5)
    due.get_by_role("link", name="Figure Head").first.click()
    priya.looks_right("Figure’s life now: My wheel")
    priya.page.go_back()
    fell.get_by_role("link", name="Figure Head").click()
    priya.looks_right("Figure Head")
    expect(priya.page.get_by_role("heading", name="Ratings", exact=True)).to_be_visible()


def when_she_looks_at_the_figures(priya: Window) -> None:
    main = priya.page.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Figures").click()
    priya.looks_right("Figures of Riverside")
    expect(main.get_by_role("link", name="Figures")).to_have_attribute("aria-current", "page")
    changes = priya.page.get_by_role("region", name="Mean change by part of life")
    expect(changes.get_by_role("row", name="My mood")).to_contain_text("+0.2")
    assert changes.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    dues = priya.page.get_by_role("region", name="Ratings due and done")
    expect(dues.get_by_role("row", name="3 months")).to_contain_text("100%")


def then_the_file_says_the_same(priya: Window) -> None:
    with priya.page.expect_download() as taken:
        priya.page.get_by_role("link", name="The figures as a file for a spreadsheet").click()
    assert taken.value.suggested_filename == "figures.csv"
    with taken.value.path().open(newline="") as file:
        lines = {(one["figure"], one["of"]): one for one in csv.DictReader(file)}
    assert lines["mean change", "My mood"]["value"] == "+0.2"
    assert lines["people due to rate", "month_3"]["value"] == "5"
    assert lines["share missing", "month_3"]["value"] == "100%"
    assert lines["people who rated", "baseline"]["definition"] == figures.DEFINITIONS["done"]
