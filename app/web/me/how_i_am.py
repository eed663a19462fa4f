"""How I am myself: for people who look after somebody. It is theirs, and shown to nobody unless they agree."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import redirect, render_template, request, url_for

from app.access import guards
from app.core import clock, http
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.core.ids import new_id
from app.messages import carer_questions
from app.messages.queries import carers as queries
from app.messages.schemas import carers as schemas
from app.messages.service import carers
from app.patients import queries as patients
from app.web import moments, words
from app.web.me.pages import ZONE

pages = Pages("how_i_am", __name__, url_prefix="/me/how-i-am")
SAID: Final = {"kept": "Thank you. It is kept for you.", "agreed": "It is saved.", "ended": "It has ended."}
UNANSWERED: Final = "Answer each question with a number from 0 to 10."
_NEW, _AGREEMENT = schemas.NewCheckIn(), schemas.Agreement()


@pages.get("", access=guards.signed_in)
def overview() -> str:
    """The three questions, what I said before, and where there is support."""
    return _page()


@pages.post("", access=guards.signed_in)
def check_in() -> Any:
    """Say how I am."""
    typed = [request.form.get(name, "") for name in carer_questions.QUESTIONS]
    answers = [int(one) if one.isascii() and one.isdigit() and len(one) < 3 else None for one in typed]
    try:
        new = http.loaded(_NEW, {"id": request.form.get("id", ""), "answers": answers})
        carers.check_in(guards.caller().person_id, new["id"], new["answers"], "page")
    except (Conflict, Invalid) as refused:
        return _page(refused), refused.status
    return _back("kept")


@pages.post("/agree", access=guards.signed_in)
def agree() -> Any:
    """Let a coordinator see it, or be asked by text."""
    wanted = http.loaded(_AGREEMENT, _typed())
    carers.agree(guards.caller().person_id, wanted["member"], wanted["agreed"])
    return _back("agreed")


@pages.post("/end", access=guards.signed_in)
def end() -> Any:
    """End that."""
    wanted = http.loaded(_AGREEMENT, _typed())
    carers.end(guards.caller().person_id, wanted["member"], wanted["agreed"])
    return _back("ended")


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("member", "agreed")}


def _back(said: str) -> Any:
    return redirect(url_for("how_i_am.overview", said=said), 303)


def _when(at: datetime, now: datetime) -> dict[str, str]:
    said = moments.moment(at, now, ZONE)
    return said | {"words": words.upper(said["words"])}


def _page(refused: Conflict | Invalid | None = None) -> str:
    me, now = guards.caller().person_id, clock.now()
    running = {(one.member_id, one.agreed) for one in queries.agreed(me)}
    circles = [
        {
            "member": one.member.id,
            "name": one.person.given_name,
            "shown": (one.member.id, "shown") in running,
            "asked": (one.member.id, "asked") in running,
        }
        for one in patients.circles_of(me)
    ]
    before = [{"when": _when(one.created_at, now), "answers": queries.numbers(one)} for one in queries.own(me)]
    why = UNANSWERED if isinstance(refused, Invalid) else refused and refused.detail
    return render_template(
        "me/how_i_am.html",
        said=SAID.get(request.args.get("said", "")),
        form_id=str(new_id()),
        questions=carer_questions.QUESTIONS.items(),
        words={number: word for word, number in carer_questions.WORDS.items()},
        typed=request.form,
        support=carer_questions.support(clock.today(ZONE)),
        consent=carer_questions.CONSENT,
        circles=circles,
        before=before,
        errors=[{"text": why, "href": f"#{next(iter(carer_questions.QUESTIONS))}"}] if why else [],
    )
