"""What a worker does, under the clock of whoever plays: texts are understood as they come, what is due is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import select

from app.core import rows
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals.service import watching
from app.identity.models import Person
from app.notifications.models import InboundText
from app.notifications.service import digests, receiving, sending
from app.programmes.service import agreeing, asking, following
from app.ratings.service import reminding

# Each looks for what is due by now, so that under a clock of long ago nobody is found of whom there is nothing yet.
# Courses of ratings are not begun for those who have none: theirs would begin long before they came.
_DUE: Final[tuple[Callable[[], object], ...]] = (
    reminding.remind,
    watching.remind,
    watching.ask_about_stale,
    asking.ask_due,
    following.follow_due,
    following.calm,
    following.ask_to_repeat,
    agreeing.chase,
)


def tick() -> None:
    """Do what is due, and hand over what is to be told."""
    for work in _DUE:
        with rows.within(rows.SERVICE), unit_of_work():
            work()
    digests.send_due()
    sending.send_all_due()


def text_in(sender: Person, body: str) -> None:
    """A text has come from somebody's phone, as the provider brings it; it is understood at once and answered."""
    sid = f"SM{new_id().hex}"
    with unit_of_work():
        receiving.keep({"MessageSid": sid, "From": sender.phone or "", "Body": body})
    with rows.within(rows.SERVICE), unit_of_work():
        # Its task stays behind: the worker that comes to it finds that it is done.
        kept = db.session.scalars(select(InboundText.id).where(InboundText.message_sid == sid)).one()
        receiving.handle(str(kept))
    sending.send_all_due()
