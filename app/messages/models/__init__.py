"""Tables of messages."""

from app.messages.models.carers import CarerCheckIn, CarerConsent
from app.messages.models.feed import Post, PostPhoto, PostReaction, PostReport, PostSeen, PostVersion
from app.messages.models.help import CircleCalendar, HelpAsked, HelpEvent, HelpRequest
from app.messages.models.threads import Thread, ThreadEvent, ThreadMessage, ThreadSeen
from app.messages.models.visits import ArrivalCode, HandoverRead, Visit, VisitNote, VisitPlan, VisitReading

__all__ = [
    "ArrivalCode",
    "CarerCheckIn",
    "CarerConsent",
    "CircleCalendar",
    "HandoverRead",
    "HelpAsked",
    "HelpEvent",
    "HelpRequest",
    "Post",
    "PostPhoto",
    "PostReaction",
    "PostReport",
    "PostSeen",
    "PostVersion",
    "Thread",
    "ThreadEvent",
    "ThreadMessage",
    "ThreadSeen",
    "Visit",
    "VisitNote",
    "VisitPlan",
    "VisitReading",
]
