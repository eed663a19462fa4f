"""What notifications do about patients' events."""

from __future__ import annotations

from app.core.events import Handler
from app.notifications.service import circle_news, emergency_news

WARN_OF_ENDING = Handler("tell of an ending", circle_news.consider_ending, circle_news.tell)
ASK_FOR_REVIEW = Handler("tell who acts of a review", circle_news.consider_review, circle_news.tell)
TELL_OF_LEAVING = Handler("tell of somebody who left", circle_news.consider_leaving, circle_news.tell)
TELL_OF_RETURN = Handler("tell of somebody who is back", circle_news.consider_leaving, circle_news.tell)
TELL_OF_EMERGENCY = Handler("tell of an emergency access", emergency_news.consider, circle_news.tell)
TELL_MEMBER = Handler("tell a member of a change", circle_news.consider_change, circle_news.tell)
