"""No words of a licensed instrument stand in this repository: neither those we know of, nor those a holder gives.

The phrases stand here as fingerprints, so that this file does not hold them either. Whoever holds a licence gives a
file with a phrase a line: LICENSED_WORDS names it.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".html", ".json", ".toml", ".md", ".yaml", ".js", ".css", ".svg", ".txt"}
GENERATED = ("api_spec/", "package-lock.json")
WORD = re.compile(r"[^\W\d_]+")
# How many words a phrase has, and its SHA-256 in small letters with a space between words.
FINGERPRINTS = {
    (2, "2b044efd67570b9c0efe7dca8e0bac8a23b0bdfdcfb98b7271187ff16d417e22"),
    (4, "782b2f329ab0a6cb145565fd65d12ddf279cd80e3ccc73e8028b138fc1e5b997"),
    (5, "402973df86190d895db02fd6ceeb5c8ef6dc35189732f579223467840cab9a78"),
    (5, "83248b2d8224d9d05ebd1fff30db69b4a51bde80a07f2375e5fbec287bf4147b"),
    (6, "2ad7138c458ba376cb553469fd2dece2b63038fb56f9fa71eef68485302d6d36"),
}


def fingerprint(words: list[str]) -> tuple[int, str]:
    return len(words), hashlib.sha256(" ".join(words).encode()).hexdigest()


def words_of(text: str) -> list[str]:
    return WORD.findall(text.lower())


def given() -> set[tuple[int, str]]:
    """What the environment adds."""
    path = os.environ.get("LICENSED_WORDS")
    lines = Path(path).read_text(encoding="utf-8").splitlines() if path else []
    return {fingerprint(words) for line in lines if (words := words_of(line))}


def found(text: str, fingerprints: set[tuple[int, str]]) -> Iterator[str]:
    """The phrases of the list that stand in a text, across lines and whatever stands between the words."""
    words = words_of(text)
    for length in {length for length, _ in fingerprints}:
        for start in range(len(words) - length + 1):
            phrase = words[start : start + length]
            if fingerprint(phrase) in fingerprints:
                yield " ".join(phrase)


def ours() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    return [ROOT / one for one in listed if Path(one).suffix in TEXT and not one.startswith(GENERATED)]


def test_none_of_them_stands_anywhere() -> None:
    files, fingerprints = [one for one in ours() if one.is_file()], FINGERPRINTS | given()
    assert len(files) > 500
    wrong = {str(path.relative_to(ROOT)): list(found(path.read_text(encoding="utf-8"), fingerprints)) for path in files}
    assert {name: phrases for name, phrases in wrong.items() if phrases} == {}


def test_a_phrase_of_the_environment_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    phrases = tmp_path / "phrases"
    phrases.write_text("A Phrase, of nobody's\n\n", encoding="utf-8")
    monkeypatch.setenv("LICENSED_WORDS", str(phrases))
    assert list(found("here is: a phrase (of\nnobody's) own", given())) == ["a phrase of nobody s"]
