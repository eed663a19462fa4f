"""A Twilio of our own for journeys over its webhook."""

from tests.notifications.conftest import provider as provider
from tests.notifications.conftest import served as served
