"""One self-contained HTML page with every picture of a run, its scenario and its figures."""

import base64
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from landau import pictures
from landau.pictures.figures import Picture
from landau.pictures.mollifier import resolution
from landau.run import Run

TYPES = {"png": "image/png", "svg": "image/svg+xml", "gif": "image/gif"}

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.3; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
figure { margin: 1.5rem 0; } img { max-width: 100%; height: auto; } figcaption { color: #555; font-size: .9rem; }
table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums; font-size: .9rem; }
.wide { overflow-x: auto; }
th, td { padding: .2rem .8rem .2rem 0; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top; }
.bad { background: #fbe6dc; border-left: .3rem solid #d55e00; padding: .5rem 1rem; }
pre { font-size: .8rem; overflow-x: auto; background: #f6f6f6; padding: 1rem; } summary { cursor: pointer; }
"""


# A picture, the suffix of its file, and what is in it.
Encoded = tuple[Picture, str, bytes]


def check(run: Run) -> None:
    """Reads what the pictures need, so that malformed files are reported before anything is written."""
    _ = run.diagnostics, run.frames, run.summary
    if run.summary is not None and run.frames:
        for species in run.moving:
            resolution(run, species)


def write(run: Run, path: Path) -> Path:
    """Writes the page with every picture to a file, and returns its path."""
    check(run)
    shown = [(picture, *picture.encode("png")) for picture in pictures.all_of(run)]
    path.write_text(page(run, shown), encoding="utf-8")
    return path


def number(value: Any) -> str:
    """As many digits as a reader wants; whole numbers whole."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, list):
        return f"({', '.join(number(part) for part in value)})"
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            return str(value)
        if value == int(value) and abs(value) < 1e6:
            text = f"{int(value):,}".replace(",", "\u202f")
        else:
            text = f"{value:.6g}" if 1e-4 <= abs(value) < 1e6 else f"{value:.3g}"
        return text.replace("-", "\u2212")
    return escape(str(value))


def words(value: Any) -> str:
    """A choice of the scenario in words: its name, then its fields."""
    if isinstance(value, list):
        return " + ".join(words(part) for part in value)
    ((name, fields),) = value.items()
    if isinstance(fields, dict):
        return f"{escape(name)}: " + ", ".join(f"{escape(key)} {number(field)}" for key, field in fields.items())
    return f"{escape(name)}: {words(fields) if isinstance(fields, list) else number(fields)}"


def flat(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The leaves of nested objects with their paths."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from flat(part, (*path, key))
    else:
        yield " ".join(path), value


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" if i else f"<th>{cell}</th>" for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table>{f"<thead><tr>{head}</tr></thead>" if header else ""}<tbody>{body}</tbody></table></div>'


def final_row(run: Run) -> str:
    """The totals of the last row, then a line for each quantity of the species and a column for each of them."""
    last = {name: float(column[-1]) for name, column in run.diagnostics.items()}
    prefixes = [f"{species.name}_" for species in run.moving]
    totals = [(words_of(name), number(value)) for name, value in last.items() if not name.startswith(tuple(prefixes))]
    names = [name.removeprefix(prefixes[0]) for name in last if name.startswith(prefixes[0])]
    lines = [(words_of(name), *(number(last.get(prefix + name)) for prefix in prefixes)) for name in names]
    return table([], totals) + table(["", *(species.name for species in run.moving)], lines)


def words_of(name: str) -> str:
    return escape(name.replace("_", " "))


def state(run: Run) -> str:
    """A warning unless the run has come to its end."""
    if run.summary is None:
        return '<p class="bad">There is no run.json. Densities need the bandwidths that it records.</p>'
    status = str(run.summary.get("status"))
    if status == "running":
        return '<p class="bad">The run has not ended, or was killed.</p>'
    if status == "completed":
        return ""
    reason = run.summary.get("reason")
    return f'<p class="bad">The run has the status <b>{escape(status)}</b>{": " + escape(str(reason)) if reason else ""}.</p>'


def species_table(run: Run) -> str:
    rows = []
    for species in run.species:
        start = words({"fixed": species.fixed}) if species.fixed is not None else words(species.initial)
        mass = "∞" if species.fixed is not None else number(species.mass)
        particles = words(species.particles) if species.particles else "–"
        rows.append([escape(species.name), mass, number(species.charge), start, particles])
    return table(["species", "mass", "charge", "start", "particles"], rows)


def page(run: Run, shown: Iterable[Encoded]) -> str:
    """The text of the page."""
    named = "a run in memory" if run.path is None else run.path.resolve().name
    title = escape(run.title or named)
    parts = [
        f"<h1>{title}</h1>",
        state(run),
        f"<p>Landau equation in {run.dimension} dimensions{escape(run.geometry.in_words)}, &gamma; = {number(run.gamma)}; "
        f"{'SI units' if run.physical else 'normalized units'}.</p>",
        species_table(run),
    ]
    for picture, suffix, data in shown:
        source = f"data:{TYPES[suffix]};base64,{base64.b64encode(data).decode('ascii')}"
        parts.append(
            f'<figure id="{picture.name}"><img src="{source}" alt="{escape(picture.caption)}">'
            f"<figcaption>{escape(picture.caption)}</figcaption></figure>"
        )
    parts += [f"<h2>Last row of diagnostics.csv</h2>{final_row(run)}"]
    if run.summary is not None:
        parts += ["<h2>run.json</h2>", table([], [(words_of(name), number(value)) for name, value in flat(run.summary)])]
    scenario = escape(json.dumps(run.scenario, indent=2, ensure_ascii=False))
    parts += [f"<h2>scenario.json</h2><details><summary>the resolved scenario</summary><pre>{scenario}</pre></details>"]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )
