"""Codes of invitations: ten symbols, read and typed by people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity import invitation_codes
from app.identity.invitation_codes import SYMBOLS

CODES = st.text(SYMBOLS, min_size=10, max_size=10)


def test_a_code_is_ten_symbols_of_which_there_are_thirty_two() -> None:
    assert len(set(SYMBOLS)) == 32
    assert not set("ILOU") & set(SYMBOLS)
    made = {invitation_codes.new_code() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(code) == 10 and set(code) <= set(SYMBOLS) for code in made)


@given(CODES)
def test_what_is_shown_is_read_back(code: str) -> None:
    assert invitation_codes.tidied(invitation_codes.shown(code)) == code
    assert invitation_codes.tidied(invitation_codes.shown(code).lower()) == code


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7zk9q-0m4xa", "7ZK9Q0M4XA"),
        (" 7ZK9Q 0M4XA ", "7ZK9Q0M4XA"),
        ("7ZK9Q–0M4XA", "7ZK9Q0M4XA"),
        ("7zk9qOm4xa", "7ZK9Q0M4XA"),
        ("iL234-56789", "1123456789"),
        ("u0000-00000", "V000000000"),
        ("7.Z.K.9.Q.0.M.4.X.A", "7ZK9Q0M4XA"),
    ],
)
def test_what_people_type_is_understood(typed: str, meant: str) -> None:
    assert invitation_codes.tidied(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "7ZK9Q", "7ZK9Q-0M4XAB", "7ZK9Q-0M4X!", "７ZK9Q-0M4XA", "ß" * 10, "7ZK9Q\n0M4XA"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert invitation_codes.tidied(typed) is None


def test_what_is_kept_is_of_no_use_without_the_key() -> None:
    kept = invitation_codes.digest("one", "7ZK9Q0M4XA")
    assert kept == invitation_codes.digest("one", "7ZK9Q0M4XA")
    assert kept != invitation_codes.digest("another", "7ZK9Q0M4XA")
    assert len(kept) == 32
