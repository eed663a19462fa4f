"""What each page is shown with in tests, by name: (template, context)."""

from typing import Any

from tests.web.samples import console, entrance, frame, measures, patient

__all__ = ["PAGES", "console", "measures"]

PAGES: dict[str, tuple[str, dict[str, Any]]] = frame.PAGES | entrance.PAGES | patient.PAGES | console.PAGES
