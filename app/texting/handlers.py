"""What the SMS face does about texts that came in."""

from __future__ import annotations

from app.core.events import Handler
from app.texting.service import conversation, joining, unread

ANSWER_TEXT = Handler(
    "texting.answer",
    consider=conversation.consider,
    act=conversation.respond,
    failed=unread.tell_people,
    recovered=unread.handled_after_all,
)
ANSWER_INVITED = Handler("texting.join", consider=joining.consider, act=joining.join)
