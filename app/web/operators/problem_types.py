"""What each kind of problem means and what to do about it, for whoever writes a program against the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One `type` of problem+json."""

    status: int
    title: str
    means: str
    do: str


KNOWN: Final = {
    "bad-request": ProblemType(
        400,
        "The request cannot be read",
        "The body is not JSON, or a header that this operation needs is missing.",
        "Mend the request. A POST that creates something needs an Idempotency-Key of 1 to 100 characters.",
    ),
    "sign-in-needed": ProblemType(
        401,
        "Please sign in",
        "There is no token, or it has run out, or its session was ended.",
        "Change the refresh token at /api/refresh, or sign in again at /api/sign-in. Keep what you have not sent yet.",
    ),
    "second-factor-needed": ProblemType(
        401,
        "Please show your second factor",
        "The password was right, and this person's second factor has not been shown in this session.",
        "Send a code to /api/second-factor, or sign in with a passkey.",
    ),
    "step-up-needed": ProblemType(
        403,
        "Please prove who you are",
        "NHS login has checked the contacts of this person and not yet their identity (P5), so no record is shown.",
        "Send the person to sign in with NHS login again and prove their identity (P9).",
    ),
    "login-refused": ProblemType(
        400,
        "Signing in did not work",
        "NHS login, or the employer's sign-in, did not confirm anybody: the reason says what to do.",
        "Begin again at /sign-in. A way back serves once, for ten minutes, in the browser that left.",
    ),
    "sign-in-again": ProblemType(
        401,
        "Please sign in again",
        "How somebody signs in is changed only in the quarter of an hour after they signed in.",
        "Sign in again, and send the same again.",
    ),
    "not-allowed": ProblemType(
        403,
        "You are not allowed to do this",
        "You are known to this patient or team, and your role or the patient's grants do not include this.",
        "Ask the patient, or the team, for the grant.",
    ),
    "not-found": ProblemType(
        404,
        "There is nothing here",
        "There is no such thing, or you are a stranger to the patient it belongs to: the answer is the same.",
        "Check the address.",
    ),
    "method-not-allowed": ProblemType(
        405,
        "This cannot be done with this address",
        "The address is right and the method is not.",
        "The Allow header names the methods.",
    ),
    "conflict": ProblemType(
        409,
        "Somebody or something was there first",
        "Somebody has taken the alert, the id was used for something else, or the same request is being worked on.",
        "Read again what is there. A reading's id is used once; nothing that was stored has changed.",
    ),
    "changed-meanwhile": ProblemType(
        412,
        "It was changed meanwhile",
        "The ETag in If-Match is no longer that of the record.",
        "Read it again, and change what is there now.",
    ),
    "too-large": ProblemType(
        413, "What was sent is too large", "A body may have 1 MB.", "Send less at once: an upload takes 500 readings."
    ),
    "json-expected": ProblemType(
        415, "Please send JSON", "The body is of another kind.", "Send Content-Type: application/json."
    ),
    "invalid": ProblemType(
        422,
        "Some of what was sent is not valid",
        "Each entry of `errors` has a JSON pointer to what is wrong, and why.",
        "Mend it and send it again. A refused reading is kept in quarantine; send a right one under a new id.",
    ),
    "if-match-needed": ProblemType(
        428,
        "Say which version you are changing",
        "What can be edited by several people is changed only by whoever has read its last version.",
        "Read it, and send its ETag as If-Match.",
    ),
    "too-many": ProblemType(
        429, "Too many tries", "There were more tries than are allowed in this time.", "Wait as Retry-After says."
    ),
    "failed": ProblemType(
        500,
        "Something went wrong on our side",
        "Nothing was changed, and operators can find it by X-Request-Id.",
        "Send it again later; if it matters today, use the phone.",
    ),
    "unavailable": ProblemType(
        503, "Kith cannot answer just now", "Nothing was changed.", "Send the same again after Retry-After seconds."
    ),
}
