"""Tables as CSV, line by line: a quote that is never closed breaks its own row and no other. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from app.readings.importing.rows import Broken, Line, NotThisFormat

MOST_CHARACTERS = 200


class Heading:
    """The columns of a table and what separates its cells."""

    def __init__(self, lines: Iterator[Line]) -> None:
        first = next(lines, None)
        if first is None or first.text is None:
            raise NotThisFormat("The file does not begin with a line of column names.")
        self._delimiter = ";" if first.text.count(";") > first.text.count(",") else ","
        try:
            self.columns = [cell.lower() for cell in self._split(first.text)]
        except Broken as wrong:
            raise NotThisFormat(f"The line of column names cannot be read. {wrong}") from None
        if len(set(self.columns)) < len(self.columns):
            raise NotThisFormat("A column is named twice.")

    def need(self, columns: Sequence[str]) -> None:
        """Raise NotThisFormat for columns that are missing."""
        if missing := [column for column in columns if column not in self.columns]:
            raise NotThisFormat(f"A column is missing: {', '.join(missing)}.")

    def cells(self, text: str) -> dict[str, str]:
        """The cells of a row by the names of their columns; raises Broken."""
        values = self._split(text)
        if len(values) != len(self.columns):
            raise Broken(f"The heading names {len(self.columns)} columns, this row has {len(values)}.")
        row = dict(zip(self.columns, values, strict=True))
        for column, value in row.items():
            if len(value) > MOST_CHARACTERS:
                raise Broken(f"{column} is longer than {MOST_CHARACTERS} characters.")
        return row

    def _split(self, text: str) -> list[str]:
        try:
            return [cell.strip() for cell in next(csv.reader([text], delimiter=self._delimiter, strict=True))]
        except csv.Error:
            raise Broken("The quotes of this row do not fit together.") from None
