"""The API of messages: threads, the team inbox, help, visits, and the calendar of a circle."""

from app.messages.routes import circle_calendars, feed, inbox, threads, visit_notes, visits
from app.messages.routes import help as help_routes

_VISITS = (visits.routes, visit_notes.routes)
ALL = (feed.routes, threads.routes, inbox.routes, help_routes.routes, circle_calendars.routes, *_VISITS)
