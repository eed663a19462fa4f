"""What texts about doses say: certain, or asked back."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.texting.grammar import DoseReply, Unsure, dose_reply

SAID: dict[str, DoseReply | Unsure | None] = {
    "Y": DoseReply("taken"),
    " y. ": DoseReply("taken"),
    "Yes": DoseReply("taken"),
    "Taken, thanks": DoseReply("taken"),
    "y 1 3": DoseReply("taken", (1, 3)),
    "Y1": None,  # no word of ours
    "Y 2 and 3": DoseReply("taken", (2, 3)),
    "taken at 7:45": DoseReply("taken", at=time(7, 45)),
    "y 1 07.45": DoseReply("taken", (1,), at=time(7, 45)),
    "N": DoseReply("missed"),
    "no 2": DoseReply("missed", (2,)),
    "N at 8:00": Unsure(),
    "LATE": DoseReply("later", minutes=30),
    "late 10": DoseReply("later", minutes=10),
    "Later 60 mins please": DoseReply("later", minutes=60),
    "late 20": Unsure(),
    "late 10 30": Unsure(),
    "late 8:30": Unsure(),
    "TWO": DoseReply("two_taken"),
    "Y but only half": Unsure(),
    "No idea what you mean": Unsure(),
    "not feeling well": Unsure(),
    "taken two": Unsure(),
    "Y 1000": Unsure(),
    "STOP": None,
    "BP 142/88": None,
    "142": None,
    "": None,
    "🙂": None,
}


@pytest.mark.parametrize("text", SAID)
def test_a_text_says_what_it_says(text: str) -> None:
    assert dose_reply(text) == SAID[text]


@given(st.text(max_size=60))
def test_no_text_is_guessed_at(text: str) -> None:
    said = dose_reply(text)
    if isinstance(said, DoseReply):
        assert dose_reply(text.upper()) == said
        assert said.answer in ("taken", "missed", "later", "two_taken")
