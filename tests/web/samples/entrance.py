"""What the plain page after sign-in is given."""

from typing import Any

from tests.web.samples import frame

AS_TOM = frame.FRAME | {"person": {"name": "Tom Okafor", "role": ""}}
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "home": ("home.html", AS_TOM | {"circles": [{"name": "Mary Okafor", "href": "/my/1/numbers"}]}),
    "home-empty": ("home.html", AS_TOM | {"circles": []}),
}
