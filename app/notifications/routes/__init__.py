"""What the provider of texts calls, and how people choose to be told."""

from app.notifications.routes import telling, webhooks

ALL = (webhooks.routes, telling.routes)
