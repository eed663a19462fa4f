"""What operators see: how long texts wait, what is unknown or parked, which channel is stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from app.core import clock, jobs, metrics, operations, scheduler
from app.core.unit_of_work import unit_of_work
from app.notifications import queries
from app.notifications.service import sending
from tests.conftest import NOW
from tests.notifications.conftest import Tell, send_at
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn


def gauges() -> dict[str, float]:
    with unit_of_work():
        return {name: read() for name, _, read in queries.GAUGES}


def readiness(app: Flask) -> tuple[int, dict[str, Any]]:
    """What /readyz answers while a worker ticks."""
    scheduler.run(app, jobs.JOBS[0])
    with unit_of_work():
        answer = operations.ready()
    return answer.status_code, answer.get_json()["failing"]


def test_how_long_the_oldest_has_waited_is_told_by_kind(provider: TwilioStandIn, tell: Tell) -> None:
    tell()
    with clock.at(NOW + timedelta(seconds=20)):
        tell(kind="message")
    with clock.at(NOW + timedelta(seconds=50)):
        told = gauges()
        assert told["kith_queue_age_seconds"] == told["kith_alert_queue_age_seconds"] == 50
        assert (told["kith_message_queue_age_seconds"], told["kith_reminder_queue_age_seconds"]) == (30, 0)
        assert told["kith_deliveries_pending"] == 2
        sending.send_all_due()
        assert gauges()["kith_queue_age_seconds"] == 0


def test_an_alert_that_no_sender_takes_makes_not_ready(app: Flask, provider: TwilioStandIn, tell: Tell) -> None:
    tell()
    with clock.at(NOW + timedelta(seconds=60)):
        assert readiness(app)[0] == 200
    with clock.at(NOW + timedelta(seconds=61)):
        status, failing = readiness(app)
    assert status == 503
    assert "the oldest alert 61 s: start flask worker" in failing["queue age"]


def test_a_text_that_is_tried_and_put_off_is_not_one_that_nobody_takes(
    app: Flask, provider: TwilioStandIn, tell: Tell
) -> None:
    provider.storm({twilio.TOO_MANY: 1.0})
    tell()
    for minutes in range(10):
        send_at(NOW + timedelta(minutes=minutes))
    with clock.at(NOW + timedelta(minutes=9)):
        assert readiness(app)[0] == 200


def test_a_stopped_channel_is_named_and_readings_are_still_taken(
    app: Flask, provider: TwilioStandIn, tell: Tell
) -> None:
    provider.script(twilio.refuse(20003, 401))
    tell()
    sending.send_all_due()
    with clock.at(NOW + timedelta(minutes=10)):
        status, failing = readiness(app)
    assert status == 200
    assert failing == {"channels": "Stopped by the provider: sms since 10:00 (code 20003). Look at the account."}
    assert gauges()["kith_channels_paused"] == 1


def test_attempts_are_counted_by_outcome(provider: TwilioStandIn, tell: Tell) -> None:
    counted = [metrics.ATTEMPTS.labels("sms", outcome) for outcome in ("accepted", "not_processed")]
    before = [one._value.get() for one in counted]
    provider.script(twilio.TOO_MANY)
    tell()
    tell()
    sending.send_all_due()
    assert [one._value.get() - was for one, was in zip(counted, before, strict=True)] == [1, 1]


def test_metrics_name_no_person(app: Flask, provider: TwilioStandIn, tell: Tell) -> None:
    provider.script(twilio.refuse(21211))
    tell()
    sending.send_all_due()
    with unit_of_work():
        shown = operations.exposition().get_data(as_text=True)
    assert "kith_alert_queue_age_seconds 0.0" in shown
    assert not [word for word in ("Priya", "Okafor", "7700900") if word in shown]
