"""The API of messages: threads, the team inbox, help, visits, and the calendar of a circle."""

from app.messages.routes import circle_calendars, feed, help, inbox, threads, visit_notes, visits

_VISITS = (visits.routes, visit_notes.routes)
ALL = (feed.routes, threads.routes, inbox.routes, help.routes, circle_calendars.routes, *_VISITS)
