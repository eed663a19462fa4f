"""A text about an alert does not get through: that is itself an escalation, to the lead, within the minute."""

from __future__ import annotations

from app.alerts import queries
from app.alerts.models import Alert
from app.alerts.service import escalating
from app.notifications.events import DeliveryFailed


def consider(event: DeliveryFailed) -> Alert | None:
    """The alert that somebody could not be told of, unless it is closed, taken, or its lead was told already."""
    alert = queries.by_id(event.about_id) if event.about == "alert" else None
    if alert is None or alert.state != "open" or alert.lead_told_at is not None:
        return None
    return alert


def act(alert: Alert) -> None:
    """Tell the lead at once: the time to acknowledge need not run out first."""
    escalating.tell_lead(alert, why="text_failed")
