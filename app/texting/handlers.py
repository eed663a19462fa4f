"""What the SMS face does about texts that came in."""

from __future__ import annotations

from app.core.events import Handler
from app.texting.service import doses

ANSWER_DOSES = Handler("texting.answer_doses", consider=doses.consider, act=doses.answer)
