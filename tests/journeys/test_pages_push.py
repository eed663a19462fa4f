"""Tell me on this phone: the switch, and what a push shows, in a real browser.

The push services of the world are out of a test's reach: there a subscription is one that a browser would have got, and
the browser's own tools hand a push to its service worker.
"""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import expect

from app.core.unit_of_work import unit_of_work
from app.identity import queries
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.windows import Window
from tests.people import World
from tests.stand_ins.push_service import Browser

SUBSCRIBES = "PushManager.prototype.subscribe = async () => ({{ toJSON: () => ({made}) }});"
PUSHED = {"title": "Kith", "body": "It is time for something on your list.", "path": "/me/contacts", "tag": "a"}
SHOWN = """async () => {
    const shown = await (await navigator.serviceWorker.ready).getNotifications();
    return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}"""


def signed_in(opens: Opens, world: World, *, allows: bool, made: dict[str, Any] | None = None) -> Window:
    window = opens(windows.PHONE)
    if allows:
        window.page.context.grant_permissions(["notifications"], origin=window.site.url)
    if made:
        window.page.add_init_script(SUBSCRIBES.format(made=json.dumps(made)))
    window.sign_in(world.mary)
    window.go("/me/contacts")
    return window


def test_mary_has_this_phone_tell_her_and_takes_it_back(opens: Opens, world: World) -> None:
    made = Browser("https://fcm.googleapis.com/fcm/send/hers").subscription()
    window = signed_in(opens, world, allows=True, made=made)
    window.looks_right("My phone and e-mail")
    window.page.get_by_role("button", name="Tell me on this phone").click()
    expect(window.page.get_by_role("status")).to_have_text("This browser tells you from now on.")
    window.looks_right("My phone and e-mail")
    with unit_of_work():
        (one,) = queries.push_subscriptions(world.mary.id)
        assert one.endpoint == made["endpoint"]
    window.page.get_by_role("button", name="Do not tell me there").click()
    expect(window.page.get_by_role("status")).to_have_text("That browser tells you no more.")
    window.is_quiet()


def test_who_does_not_allow_it_reads_why_nothing_happened(opens: Opens, world: World) -> None:
    window = signed_in(opens, world, allows=False)
    window.page.get_by_role("button", name="Tell me on this phone").click()
    expect(window.page.get_by_text("Your browser does not allow notifications from here.")).to_be_visible()
    window.looks_right("My phone and e-mail")


def test_a_push_is_shown_as_it_came(opens: Opens, world: World) -> None:
    made = Browser("https://fcm.googleapis.com/fcm/send/hers").subscription()
    window = signed_in(opens, world, allows=True, made=made)
    tools = window.page.context.new_cdp_session(window.page)
    registered: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registered.extend(one["registrationId"] for one in event["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    window.page.get_by_role("button", name="Tell me on this phone").click()
    expect(window.page.get_by_role("status")).to_be_visible()
    push = {"origin": window.site.url, "registrationId": registered[-1], "data": json.dumps(PUSHED)}
    tools.send("ServiceWorker.deliverPushMessage", push)
    window.page.wait_for_function("async () => (await (await navigator.serviceWorker.ready).getNotifications()).length")
    (shown,) = window.page.evaluate(SHOWN)
    assert shown == {"title": "Kith", "body": PUSHED["body"], "tag": "a", "data": {"path": "/me/contacts"}}
    window.is_quiet()
