"""An alert of doses has its pages, as an alert of readings has."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.alerts.missed_doses import RULES
from tests.alerts.test_missed_doses import alerts, medicine, not_taken
from tests.medicines.table import table_of
from tests.people import World, signed_in
from tests.web.browsing import Browser, words


def test_the_worklist_the_patient_and_the_alert_say_why(client: FlaskClient, priya: Browser, world: World) -> None:
    mary = table_of(client, world, world.mary)
    not_taken(mary, medicine(mary), 2)
    [alert] = alerts()
    (row,) = client.get("/api/worklist", headers=signed_in(client, world.priya)).get_json()["items"]
    assert (row["why"], row["severity"], row["is_judged"]) == (alert.why, "note", True)
    patient = f"/console/patients/{world.mary_patient.id}"
    for url in ("/console/worklist", patient):
        assert alert.why in words(priya.get(url))
    said = words(priya.get(f"{patient}/alerts/{alert.id}"))
    for one in (alert.why, "Medicines: doses to look at", RULES.words, "The patient was told nothing of this."):
        assert one in said
    assert "ot judged" not in said
    assert "Limit" not in said
