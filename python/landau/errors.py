"""What goes wrong, as exceptions. All are a `landau.Error`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .run import Run


class Error(Exception):
    """Anything that the package refuses or that ends a run."""


@dataclass(frozen=True)
class Place:
    """One thing that is wrong with a scenario.

    `path` is that of the value, as in `species.0.mass`, and empty where the whole is wrong. `line` and `column` count from 1;
    they are None where the scenario has no file, or where the value was changed after the file was read.
    """

    line: int | None
    column: int | None
    path: str
    message: str


class ScenarioError(Error, ValueError):
    """A scenario is wrong. The text has a line for each error; each says what was found and what is allowed.

    `errors` are their places; `line`, `column` and `path` are those of the first.
    """

    errors: list[Place]

    def __init__(self, text: str, places: list[tuple[tuple[int, int] | None, str, str]]) -> None:
        super().__init__(text, places)
        self.errors = [
            Place(at[0] if at else None, at[1] if at else None, path, message) for at, path, message in places
        ]

    def __str__(self) -> str:
        return str(self.args[0])

    @property
    def line(self) -> int | None:
        """Line of the first error in the file, from 1."""
        return self.errors[0].line if self.errors else None

    @property
    def column(self) -> int | None:
        """Column of the first error in the file, from 1."""
        return self.errors[0].column if self.errors else None

    @property
    def path(self) -> str:
        """Path of the value that the first error is about."""
        return self.errors[0].path if self.errors else ""


class RunError(Error, RuntimeError):
    """A run cannot be trusted, or cannot go on. `run` is what there is of it, if it was a run in memory."""

    run: Run | None = None


class FolderError(Error, OSError):
    """A run folder cannot be used."""


class RunWarning(UserWarning):
    """What a user should know of a run that goes on all the same."""
