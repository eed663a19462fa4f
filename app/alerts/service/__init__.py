"""Use cases of alerts, one file each."""

from app.alerts.service.handling import acknowledge, add_note, resolve

__all__ = ["acknowledge", "add_note", "resolve"]
