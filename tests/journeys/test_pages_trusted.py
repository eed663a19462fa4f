"""No text becomes markup, a script or the address of one in a page, but what htmx fetches of our own list (S18)."""

from __future__ import annotations

import pytest

from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_admin import has_signed_in
from tests.people import World

TRY = """([sink, text]) => {
    const made = document.createElement(sink === "src" ? "script" : "div");
    try {
        if (sink === "parse") new DOMParser().parseFromString(text, "text/html");
        else made[sink] = text;
        return "taken";
    } catch (error) { return error.name; }
}"""
MARKUP, SCRIPT = "<p>88 %</p>", "<p>88 %</p><script>alert(1)</script>"
TAKEN = {  # sink, text -> what becomes of it on an ordinary page, and on the worklist
    ("innerHTML", MARKUP): ("TypeError", "taken"),
    ("parse", MARKUP): ("TypeError", "taken"),
    ("innerHTML", SCRIPT): ("TypeError", "TypeError"),
    ("parse", SCRIPT): ("TypeError", "TypeError"),
    ("outerHTML", "<iframe srcdoc=x></iframe>"): ("TypeError", "TypeError"),
    ("src", "/static/kith.js"): ("TypeError", "TypeError"),
}


@pytest.mark.parametrize("page", [0, 1], ids=["an ordinary page", "the worklist"])
def test_no_text_becomes_more_than_the_policy_allows(opens: Opens, world: World, page: int) -> None:
    priya = has_signed_in(opens(windows.DESK), world.priya)
    priya.go(("/me/sign-in", "/console/worklist")[page])
    priya.page.wait_for_load_state()
    made = {tried: priya.page.evaluate(TRY, list(tried)) for tried in TAKEN}
    assert made == {tried: expected[page] for tried, expected in TAKEN.items()}
    priya.complaints.clear()  # the refusals that were meant
