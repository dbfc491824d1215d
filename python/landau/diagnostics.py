"""The rows of diagnostics.csv by columns, as arrays or as tables of pandas and xarray."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from html import escape
from typing import Any

from landau.folder import Array
from landau.optional import need

# Units of columns in runs with SI units, by what a name begins with; those of a species follow its name.
TOTALS = {
    "step": "1",
    "time": "s",
    "momentum": "kg m^-2 s^-1",
    "energy": "J m^-3",
    "entropy_rate": "m^-3 s^-1",
    "entropy": "m^-3",
    "work": "J m^-3",
    "electric_power": "W m^-3",
    "power": "W m^-3",
    "reactivity": "m^3 s^-1",
}
OF_SPECIES = {
    "density": "m^-3",
    "velocity": "m s^-1",
    "temperature": "eV",
    "heat_flux": "W m^-2",
    "entropy": "m^-3",
    "error": "1",
    "power": "W m^-3",
    "heating_power": "W m^-3",
    **{f"{source}_power": "W m^-3" for source in ("birth", "loss", "sink")},
    **{f"{source}_density": "m^-3" for source in ("birth", "loss", "sink")},
    "beyond": "m^-3",
}
# Rows that a table in a notebook shows.
SHOWN = 8


class Diagnostics(Mapping[str, Array]):
    """The columns of diagnostics.csv by name, each an array of the shape (rows,) in the units of the scenario.

    A cell that a run leaves empty is NaN.
    """

    def __init__(self, columns: Mapping[str, Array], species: Sequence[str], physical: bool) -> None:
        self._columns = dict(columns)
        self._species = sorted(species, key=len, reverse=True)
        self._physical = physical

    def __getitem__(self, name: str) -> Array:
        try:
            return self._columns[name]
        except KeyError:
            near = get_close_matches(name, self._columns)
            raise KeyError(f"no column {name!r}; {'near it' if near else 'there'} are {', '.join(near or self)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    # The inherited one asks for a KeyError, whose message is long.
    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def unit(self, name: str) -> str | None:
        """The unit of a column with SI units, "1" of a plain number; None in normalized units, and where it is not known."""
        if not self._physical:
            return None
        for species in self._species:
            if name.startswith(f"{species}_"):
                return _unit(name.removeprefix(f"{species}_"), OF_SPECIES)
        # Of a background, which is no moving species.
        return OF_SPECIES["power"] if name.endswith("_power") else _unit(name, TOTALS)

    def to_pandas(self) -> Any:
        """A pandas.DataFrame with a row for each row and all columns."""
        return need("pandas", "a DataFrame").DataFrame(self._columns)

    def to_xarray(self) -> Any:
        """An xarray.Dataset over the dimension `time`, with `step` beside it; units are in the attribute `units` of each variable."""
        xarray = need("xarray", "a Dataset")

        def variable(name: str) -> Any:
            unit = self.unit(name)
            return ("time", self[name], {} if unit is None else {"units": unit})

        beside = [name for name in ("time", "step") if name in self]
        data = {name: variable(name) for name in self if name not in beside}
        return xarray.Dataset(data, coords={name: variable(name) for name in beside})

    def __repr__(self) -> str:
        names = list(self)
        return f"<diagnostics: {self._rows} rows of {len(names)} columns, {', '.join(names[:3])} … {names[-1]}>"

    @property
    def _rows(self) -> int:
        return len(self["time"])

    def _repr_html_(self) -> str:
        rows = range(self._rows)
        shown = [*rows] if len(rows) <= SHOWN else [*rows[: SHOWN // 2], *rows[-SHOWN // 2 :]]
        head = "".join(f"<th>{escape(name)}{_bracketed(self.unit(name))}</th>" for name in self)
        lines = ["".join(f"<td>{column[row]:.6g}</td>" for column in self.values()) for row in shown]
        if len(rows) > SHOWN:
            lines.insert(SHOWN // 2, f'<td colspan="{len(self)}">… {len(rows) - SHOWN} rows …</td>')
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        return f'<div style="overflow-x: auto"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _unit(name: str, units: Mapping[str, str]) -> str | None:
    """The unit of the longest beginning of a name in whole words."""
    fitting = [one for one in units if name == one or name.startswith(f"{one}_")]
    return units[max(fitting, key=len)] if fitting else None


def _bracketed(unit: str | None) -> str:
    return "" if unit in (None, "1") else f" ({unit})"
