"""Small tables as the package returns them: they print well, in notebooks too."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .optional import need

if TYPE_CHECKING:
    import pandas


class Lines(Mapping[str, str]):
    """Labels, each with words. The words of a label that stands twice are joined by a line break."""

    def __init__(self, pairs: Sequence[tuple[str, ...]], bibtex: str = "") -> None:
        self._pairs = [(pair[0], pair[1]) for pair in pairs]
        #: Entries of BibTeX, of citations.
        self.bibtex = bibtex

    def __getitem__(self, label: str) -> str:
        found = [words for one, words in self._pairs if one == label]
        if not found:
            raise KeyError(f"found {label!r}; allowed: {', '.join(self)}")
        return "\n".join(found)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(label for label, _ in self._pairs))

    def __len__(self) -> int:
        return len(dict(self._pairs))

    def __repr__(self) -> str:
        width = max((len(label) for label, _ in self._pairs), default=0)
        return "\n".join(f"{label:<{width}} {words}" for label, words in self._pairs)

    def _repr_html_(self) -> str:
        return _html([], [list(pair) for pair in self._pairs])


class Table(Mapping[str, "np.ndarray[Any, Any]"]):
    """Columns by name, each an array of the shape (rows,)."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], summary: Mapping[str, Any] | None = None) -> None:
        self._columns = {name: np.array(column) for name, column in columns.items()}
        #: What is said of the whole.
        self.summary = dict(summary or {})

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"found {name!r}; allowed: {', '.join(self._columns)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows, each by the names of its columns."""
        return [dict(zip(self, row, strict=True)) for row in zip(*self._columns.values(), strict=True)]

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a pandas.DataFrame."""
        frame: pandas.DataFrame = need("pandas", "a table of pandas").DataFrame(self._columns)
        return frame

    def __repr__(self) -> str:
        cells = [list(self), *([_cell(value) for value in row.values()] for row in self.rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self))]
        lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)).rstrip() for row in cells]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return _html(list(self), [[_cell(value) for value in row.values()] for row in self.rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _html(head: list[str], rows: list[list[str]]) -> str:
    def line(cells: list[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    return "<table>" + (line(head, "th") if head else "") + "".join(line(row, "td") for row in rows) + "</table>"
