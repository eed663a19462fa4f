"""What every page is given, and the pages that belong to nobody in particular."""

from typing import Any

from tests.web.samples import measures

FRAME: dict[str, Any] = {
    "brand": {"name": "Kith", "accent": None},
    "asset": lambda path: f"/static/{path}",
    "unsent_script": "/static/unsent.js",
    "csp_nonce": "nonce-of-this-answer",
    "csrf_token": "token",
    "lang": "en",
    "direction": "ltr",
    "person": None,
    "navigation": [],
    "home_url": "/",
    "sign_out_url": "/sign-out",
    "own_links": [{"text": "How I sign in and my devices", "href": "/me/sign-in"}],
    "listening": None,
    "answered": [],
    "draft_protocols": True,
    "errors": [],
}
LISTENING = {
    "words": "Priya Shah and the Riverside team read what you send until 5 pm today.",
    "open": True,
    "phone": "020 7946 0123",
    "phone_href": "tel:+442079460123",
}


def words(text: str) -> list[dict[str, str | None]]:
    """A text word by word, our own link as a link."""
    return [{"text": word, "href": "/a/7Q2K" if "/a/" in word else None} for word in text.split(" ")]


MARY_NAV = [
    {"text": "Today", "href": "/today", "current": True},
    {"text": "Add a reading", "href": "/readings/new", "current": False},
    {"text": "My numbers", "href": "/numbers", "current": False},
]
PRIYA_NAV = [
    {"text": "Worklist", "href": "/worklist", "current": True},
    {"text": "Sandbox inbox", "href": "/sandbox", "current": False},
]
AS_MARY = FRAME | {
    "person": {"id": "1", "name": "Mary Okafor", "role": "Patient"},
    "navigation": MARY_NAV,
    "listening": LISTENING,
}
AS_PRIYA = FRAME | {
    "person": {"id": "2", "name": "Priya Shah", "role": "Care coordinator"},
    "navigation": PRIYA_NAV,
    "listening": LISTENING
    | {"words": "The Riverside team is on duty until 5 pm today; then the out-of-hours line takes over."},
}


PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "sign-in": (
        "sign_in.html",
        FRAME
        | {
            "action": "/sign-in",
            "next": "/today",
            "identifier": "mary@example.org",
            "notice": None,
            "passkey": {"options": "/sign-in/passkey/options", "action": "/sign-in/passkey"},
            "other_ways": [{"text": "Get a code by text or e-mail", "href": "/sign-in/code"}],
            "shared": {"is_so": False, "action": "/sign-in/shared"},
            "errors": [{"text": "That e-mail address and password do not go together", "href": "#identifier"}],
            "demo_people": [
                {"who": "Mary Okafor, patient", "identifier": "mary@example.org", "password": "a long demo password"},
                {"who": "Priya Shah, coordinator", "identifier": "priya@example.org", "password": "another long one"},
            ],
        },
    ),
    "inbox": (
        "sandbox/inbox.html",
        FRAME
        | {
            "older_href": "/sandbox?before=1",
            "newer_href": None,
            "messages": [
                {
                    "channel": "SMS",
                    "to": "07••• •••123",
                    "name": "Priya Shah",
                    "when": measures.moment("today 07:52"),
                    "body": words(
                        "Kith: a red alert for Mary waits for you. Please take it by 08:07.\nkith.example/a/7Q2K"
                    ),
                    "state": "Handed over",
                    "failed": False,
                    "parts": 1,
                },
                {
                    "channel": "SMS",
                    "to": "07••• •••456",
                    "name": None,
                    "when": measures.moment("today 07:53"),
                    "body": words("Kith: Mary's team has been told. Please look in on her when you can."),
                    "state": "Failed: 30005, unknown number",
                    "failed": True,
                    "parts": 2,
                },
            ],
        },
    ),
    "problem": (
        "problem.html",
        FRAME
        | {
            "status": 404,
            "heading": "We cannot find that page",
            "paragraphs": [
                "It may have moved, or you may not be allowed to see it.",
                "If you typed the address, check it.",
            ],
            "request_id": "01939a4e",
            "actions": [{"text": "Go to the start", "href": "/"}],
        },
    ),
}
