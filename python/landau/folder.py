"""The files of a run folder: JSON objects, tables, and what is said when they are not what they should be."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from landau.errors import Error

Array = npt.NDArray[np.float64]


class RunFolderError(Error):
    """The folder is not what a run leaves; the message says the file, the place and what was expected."""


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{path}: cannot read: {getattr(error, 'strerror', None) or error}") from None


def read_json(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds."""
    text = read_text(path)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise RunFolderError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    if not isinstance(value, dict):
        raise RunFolderError(f"{path}: holds no JSON object")
    return value


def read_table(path: Path) -> dict[str, Array]:
    """The columns of a CSV file by name: arrays of numbers; an empty field is NaN.

    A last line without its end, as a killed program leaves, is not read. Lines that begin with # are comments.
    """
    text = read_text(path)
    lines = text[: text.rfind("\n") + 1].splitlines()
    numbered = [(i, line) for i, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not numbered:
        raise RunFolderError(f"{path}: is empty; expected a header and rows of numbers")
    table = list(csv.reader(line for _, line in numbered))
    header = [name.strip() for name in table[0]]
    if len(set(header)) != len(header):
        raise RunFolderError(f"{path}: two columns have one name in the header {','.join(header)}")
    rows = []
    for (line, _), record in zip(numbered[1:], table[1:], strict=False):
        if len(record) != len(header):
            raise RunFolderError(f"{path}:{line}: {len(record)} fields, the header has {len(header)}")
        try:
            rows.append([float(field) if field.strip() else math.nan for field in record])
        except ValueError:
            raise RunFolderError(f"{path}:{line}: {','.join(record)!r} are not all numbers") from None
    if not rows:
        raise RunFolderError(f"{path}: has a header and no rows")
    return dict(zip(header, np.array(rows).T, strict=True))
