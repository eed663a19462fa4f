"""What the plain page after sign-in is given."""

from typing import Any

from tests.web.samples import frame

AS_TOM = frame.FRAME | {"person": {"id": "3", "name": "Tom Okafor", "role": ""}}
CODE_ASK = frame.FRAME | {
    "person": None,
    "action": "/sign-in/code",
    "next": "/my/1/",
    "identifier": "07700 900201",
    "label": "Mobile number or e-mail address",
    "errors": [],
    "sign_in_url": "/sign-in",
}
CODE_ENTER = frame.FRAME | {
    "person": None,
    "action": "/sign-in/code/enter",
    "next": None,
    "was_asked": True,
    "errors": [],
    "ask_url": "/sign-in/code",
}
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "home": ("home.html", AS_TOM | {"circles": [{"name": "Mary Okafor", "href": "/my/1/numbers"}]}),
    "home-empty": ("home.html", AS_TOM | {"circles": []}),
    "code-ask": ("entrance/code_ask.html", CODE_ASK),
    "code-ask-refused": ("entrance/code_ask.html", CODE_ASK | {"errors": [{"text": "No.", "href": "#identifier"}]}),
    "code-enter": ("entrance/code_enter.html", CODE_ENTER),
    "code-enter-refused": ("entrance/code_enter.html", CODE_ENTER | {"errors": [{"text": "No.", "href": "#code"}]}),
    "code-not-asked": ("entrance/code_enter.html", CODE_ENTER | {"was_asked": False}),
    "nhs-login-prove": ("entrance/nhs_login_prove.html", AS_TOM | {"prove_url": "/sign-in/with/nhs-login?level=P9"}),
    "nhs-login-no-record": ("entrance/nhs_login_no_record.html", AS_TOM | {"sign_in_url": "/sign-in"}),
}
