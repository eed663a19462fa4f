"""One family of errors, each with its status, and one shape for all of them: RFC 9457 problem+json."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """Something a person asked for cannot be done; the message is written for that person."""

    status = 400
    slug = "bad-request"
    title = "This cannot be done"

    def __init__(self, detail: str = "", *, errors: list[dict[str, str]] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.more = more
        self.headers: dict[str, str] = {}


class BadRequest(DomainError):
    slug, title = "bad-request", "The request cannot be read"


class Unauthenticated(DomainError):
    status, slug, title = 401, "sign-in-needed", "Please sign in"

    def __init__(self, detail: str = "Sign in and try again.", **more: Any) -> None:
        super().__init__(detail, **more)
        self.headers = {"WWW-Authenticate": "Bearer"}


class SecondFactorNeeded(Unauthenticated):
    slug, title = "second-factor-needed", "Please show your second factor"

    def __init__(self, detail: str = "Show your code or passkey to finish signing in.", **more: Any) -> None:
        super().__init__(detail, **more)


class SignInAgain(Unauthenticated):
    slug, title = "sign-in-again", "Please sign in again"

    def __init__(self, detail: str = "To change how you sign in, sign in again first.") -> None:
        super().__init__(detail)


class Forbidden(DomainError):
    status, slug, title = 403, "not-allowed", "You are not allowed to do this"


class StepUpNeeded(Forbidden):
    slug, title = "step-up-needed", "Please prove who you are"

    def __init__(self, detail: str = "To see a health record, prove your identity with NHS login once.") -> None:
        super().__init__(detail)


class NotFound(DomainError):
    status, slug, title = 404, "not-found", "There is nothing here"


class Conflict(DomainError):
    status, slug, title = 409, "conflict", "Somebody or something was there first"


class PreconditionFailed(DomainError):
    status, slug, title = 412, "changed-meanwhile", "It was changed meanwhile"


class UnsupportedMedia(DomainError):
    status, slug, title = 415, "json-expected", "Please send JSON"


class Invalid(DomainError):
    status, slug, title = 422, "invalid", "Some of what was sent is not valid"


class PreconditionRequired(DomainError):
    status, slug, title = 428, "if-match-needed", "Say which version you are changing"


class TooMany(DomainError):
    status, slug, title = 429, "too-many", "Too many tries"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(retry_after)}


class Unavailable(DomainError):
    status, slug, title = 503, "unavailable", "Kith cannot answer just now"

    def __init__(self, detail: str = "Nothing was changed. Please send it again.", *, retry_after: int = 2) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(retry_after)}


def problem(status: int, slug: str, title: str, detail: str = "", **more: Any) -> dict[str, Any]:
    """The body of an error answer; `type` names a page of the documentation."""
    body: dict[str, Any] = {"type": f"/problems/{slug}", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    body.update({name: value for name, value in more.items() if value})
    return body
