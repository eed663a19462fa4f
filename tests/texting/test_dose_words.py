"""What texts about doses say: certain, or asked back."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.texting.grammar.doses import DoseReply, Unsure, dose_reply

SAID: dict[str, DoseReply | Unsure | None] = {
    "Y": DoseReply("taken"),
    " y. ": DoseReply("taken"),
    "Yes": DoseReply("taken", is_plain=False),
    "Done": DoseReply("taken", is_plain=False),
    "Yes, had them": DoseReply("taken", is_plain=False),
    "Taken, thanks": DoseReply("taken"),
    "y 1 3": DoseReply("taken", (1, 3)),
    "Y1": None,  # no word of ours
    "Y 2 and 3": DoseReply("taken", (2, 3)),
    "taken at 7:45": DoseReply("taken", at=time(7, 45)),
    "y 1 07.45": DoseReply("taken", (1,), at=time(7, 45)),
    "N": DoseReply("missed"),
    "no 2": DoseReply("missed", (2,), is_plain=False),
    "No thanks": DoseReply("missed", is_plain=False),
    "N at 8:00": DoseReply("missed", at=time(8)),
    "LATE": DoseReply("later", minutes=30),
    "wait": DoseReply("later", minutes=30, is_plain=False),
    "late 10": DoseReply("later", minutes=10),
    "Later 60 mins please": DoseReply("later", minutes=60, is_plain=False),
    "late 10 08:00": DoseReply("later", minutes=10, at=time(8)),
    "late 20": Unsure("later"),
    "late 10 30": Unsure("later"),
    "TWO": DoseReply("two_taken"),
    "TWO 08:00": DoseReply("two_taken", at=time(8)),
    "Y 08:00 Mary O.": DoseReply("taken", at=time(8), who="mary o."),
    "y mary 2": DoseReply("taken", (2,), who="mary"),
    "N MARY O": DoseReply("missed", who="mary o."),
    "Y Bob N.": DoseReply("taken", who="bob n."),
    "Y Maryam": None,
    "Mary": None,
    "y 24:00": Unsure("taken"),
    "y 25:30": Unsure("taken"),
    "y 1:5": Unsure("taken"),
    "y 8:30 pm": Unsure("taken"),
    "y 8:30 9:30": Unsure("taken"),
    "y 8:30:15": Unsure("taken"),
    "Y?": Unsure("taken"),
    "Y 0": Unsure("taken"),
    "Y 1000": Unsure("taken"),
    "Y N": Unsure("taken"),
    "taken two": Unsure("two_taken"),
    "not taken": Unsure("missed", is_plain=False),
    "Y but only half": None,
    "No idea what you mean": None,
    "Not sure what this is": None,
    "not feeling well": None,
    "Had a fall": None,
    "STOP": None,
    "BP 142/88": None,
    "142": None,
    "": None,
    "🙂": None,
}
NAMES = ("Mary O.", "Mary", "Bob N.", "Bob", "Done D.", "Done")


@pytest.mark.parametrize("text", SAID)
def test_a_text_says_what_it_says(text: str) -> None:
    assert dose_reply(text, NAMES) == SAID[text]


@given(st.text(max_size=60))
def test_no_text_is_guessed_at(text: str) -> None:
    said = dose_reply(text)
    if isinstance(said, DoseReply):
        assert dose_reply(text.upper()) == said
        assert said.answer in ("taken", "missed", "later", "two_taken")
