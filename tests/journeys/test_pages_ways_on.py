"""My phone and e-mail, my plan, and a patient's account in the console: in a real browser, on a phone and at a desk."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.core import rows
from app.core.unit_of_work import unit_of_work
from app.records.service import closing
from tests.identity import one_use
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.people import World

nothing_deferred = one_use.nothing_deferred  # tasks of an earlier journey are not done here
SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


def digits(app: Flask) -> str:
    with app.app_context():
        rows.reach(rows.SERVICE)
        one_use.do_tasks()
        return one_use.posted()[-1].code


@SIZES
def test_mary_uses_another_phone(opens: Opens, app: Flask, world: World, size: dict[str, int]) -> None:
    mary = opens(size)
    mary.go("/sign-in")
    mary.looks_right("Sign in")
    mary.page.get_by_role("link", name="I have an invitation code").wait_for()
    mary.sign_in(world.mary)
    mary.page.get_by_role("link", name="How I sign in and my devices").click()
    mary.looks_right("How I sign in")
    mary.page.get_by_role("link", name="See or change them").click()
    mary.looks_right("My phone and e-mail")
    mary.page.get_by_label("Mobile number or e-mail address").fill("07700 900555")
    mary.page.get_by_role("button", name="Send the code").click()
    mary.looks_right("Type the code")
    mary.page.get_by_label("The code").fill(digits(app))
    mary.page.get_by_role("button", name="Use it from now on").click()
    mary.page.get_by_text("It is confirmed, and used from now on.").wait_for()
    mary.looks_right("My phone and e-mail")


@SIZES
def test_mary_reads_her_plan_and_where_her_record_is(opens: Opens, world: World, size: dict[str, int]) -> None:
    mary = opens(size)
    mary.sign_in(world.mary)
    mary.page.get_by_role("link", name="My plan").click()
    mary.looks_right("My plan")
    mary.page.get_by_role("link", name="My record", exact=True).click()
    mary.looks_right("My record")
    mary.page.get_by_role("link", name="Who looked at my record").wait_for()


@SIZES
def test_priya_helps_with_marys_account(opens: Opens, app: Flask, world: World, size: dict[str, int]) -> None:
    priya = opens(size)
    priya.sign_in(world.priya)
    priya.go(f"/console/patients/{world.mary_patient.id}")
    priya.page.get_by_role("link", name=re.compile("Lost second factor")).click()
    priya.looks_right("Account of Mary Okafor")
    priya.page.get_by_label("How did you make sure who it is?").fill("Seen at home today with her passport.")
    priya.page.get_by_role("button", name="Take them away").click()
    priya.page.get_by_text("It is done.").wait_for()
    with app.app_context(), unit_of_work():
        rows.reach(rows.SERVICE)
        closing.close(world.mary.id)
    priya.go(f"/console/patients/{world.mary_patient.id}/account")
    priya.looks_right("Account of Mary Okafor")
    priya.page.get_by_role("button", name="Open the account again").click()
    priya.page.get_by_text("The account is open again.").wait_for()
