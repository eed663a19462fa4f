"""The ways out that the settings ask for."""

from __future__ import annotations

from app.config import Settings
from app.notifications import channels
from app.notifications.channels.email import EmailChannel
from app.notifications.channels.sandbox import SandboxChannel
from app.notifications.channels.sms import TwilioChannel


def by_name(settings: Settings) -> dict[str, channels.Channel]:
    """Every channel by its name; where no e-mails are sent there is none for them."""
    made: dict[str, channels.Channel] = {
        channels.SMS: SandboxChannel() if settings.sms_channel == "sandbox" else _twilio(settings)
    }
    if settings.email_channel != "none":
        made[channels.EMAIL] = SandboxChannel() if settings.email_channel == "sandbox" else _smtp(settings)
    return made


def _smtp(settings: Settings) -> EmailChannel:
    return EmailChannel(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        sender_name=settings.brand,
        security=settings.smtp_tls,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )


def _twilio(settings: Settings) -> TwilioChannel:
    token, *others = settings.twilio_auth_tokens
    # A messaging service brings its own numbers, so it goes before a single number.
    service = settings.twilio_messaging_service_sid or None
    return TwilioChannel(
        account_sid=settings.twilio_account_sid,
        auth_token=token,
        public_url=settings.public_url,
        messaging_service_sid=service,
        from_number=None if service else settings.twilio_from_number,
        base_url=settings.twilio_base_url,
        other_auth_tokens=others,
    )
