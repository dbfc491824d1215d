"""Values of Python and numpy as JSON has them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from .errors import ScenarioError


def to_json(value: Any, path: str = "") -> str:
    """The value in JSON; numbers keep every bit."""
    return json.dumps(plain(value, path), allow_nan=False, ensure_ascii=False)


def plain(value: Any, path: str = "") -> Any:
    """The value in dictionaries, lists, strings, numbers, booleans and None.

    Raises ScenarioError, with the path of what JSON does not have.
    """
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return _finite(value, path)
    if isinstance(value, np.ndarray):
        return _array(value, path)
    if isinstance(value, np.generic):
        return plain(value.item(), path)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {_key(key, path): plain(item, _join(path, key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, _join(path, i)) for i, item in enumerate(value)]
    raise _refused(path, f"found a value of the type {type(value).__name__}", "what JSON has, and arrays of numbers")


def _array(array: np.ndarray[Any, Any], path: str) -> Any:
    if array.dtype.kind not in "fiub":
        raise _refused(path, f"found an array of {array.dtype}", "an array of real numbers")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise _refused(".".join([path, *map(str, place)]), f"found {array[place]}", "a finite number")
    # Whatever the order of the array's memory, this is rows of rows.
    return array.tolist()


def _finite(number: float, path: str) -> float:
    if not math.isfinite(number):
        raise _refused(path, f"found {number}", "a finite number")
    return number


def _key(key: Any, path: str) -> str:
    if not isinstance(key, str):
        raise _refused(path, f"found the key {key!r}", "strings as keys")
    return key


def _join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def _refused(path: str, found: str, allowed: str) -> ScenarioError:
    message = f"{found}; allowed: {allowed}"
    return ScenarioError(f"{path}: {message}" if path else message, [(None, path, message)])
