"""Mary invites her niece in a real browser: asked, answered, confirmed; every page on a phone and on a desk."""

from __future__ import annotations

import pytest

from tests.identity.test_invitations import last_code, last_digits
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.windows import Window
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


@SIZES
def test_mary_invites_her_niece(opens: Opens, world: World, size: dict[str, int]) -> None:
    listed = f"/my/{world.mary_patient.id}/invitations"
    mary, zoe = opens(size), opens(size)
    mary.sign_in(world.mary)
    ask(mary, listed)
    open_it(zoe, last_code())
    answer(zoe)
    mary.go(listed)
    mary.page.get_by_role("heading", name="Is this your niece?").wait_for()
    mary.looks_right("Invitations")
    mary.page.get_by_role("button", name="Yes, it is them").click()
    mary.page.get_by_text("They are in the circle now.").wait_for()
    mary.looks_right("Invitations")


def ask(mary: Window, listed: str) -> None:
    """Forget something, then ask her in."""
    assert mary.go(listed).status == 200
    mary.looks_right("Invitations")
    mary.page.get_by_role("button", name="Invite somebody").click()
    mary.looks_right("Invite somebody into your circle")
    mary.page.get_by_role("button", name="Send the invitation").click()
    mary.page.get_by_role("heading", name="Please check").wait_for()
    mary.complaints.clear()  # the 422 that was meant
    mary.looks_right("Invite somebody into your circle")
    mary.page.get_by_label("What are they to you?").fill("niece")
    mary.page.get_by_label("Their mobile number or e-mail address").fill("07700 900555")
    mary.page.get_by_role("button", name="Send the invitation").click()
    mary.page.get_by_text("The invitation is on its way.").wait_for()
    mary.looks_right("Invitations")


def open_it(zoe: Window, code: str) -> None:
    """Mistype the code, then type it."""
    zoe.go("/join")
    zoe.looks_right("You are invited")
    zoe.page.get_by_label("The code you were sent").fill("0000000000")
    zoe.page.get_by_role("button", name="Continue").click()
    zoe.page.get_by_role("heading", name="There is a problem").wait_for()
    zoe.complaints.clear()  # the 422 that was meant
    zoe.looks_right("You are invited")
    zoe.page.get_by_label("The code you were sent").fill(code.lower().replace("-", " "))
    zoe.page.get_by_role("button", name="Continue").click()
    zoe.page.get_by_text("Mary invites you into their circle, as: niece.").wait_for()
    zoe.looks_right("Mary invites you")
    assert code not in zoe.page.url


def answer(zoe: Window) -> None:
    """Show that the phone is hers, and say who she is."""
    zoe.page.get_by_role("button", name="Send me the digits").click()
    zoe.page.get_by_label("The six digits").wait_for()
    zoe.looks_right("Look at your phone")
    zoe.page.get_by_label("The six digits").fill(last_digits())
    zoe.page.get_by_role("button", name="Continue").click()
    zoe.page.get_by_label("First name").fill("Zoë")
    zoe.page.get_by_label("Last name").fill("Bell")
    zoe.looks_right("Mary invites you")
    zoe.page.get_by_role("button", name="Accept").click()
    zoe.page.get_by_text("Now Mary confirms that it is you.").wait_for()
    zoe.looks_right("Thank you")
