# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Every picture of a run folder, and one self-contained HTML page with them.

    python3 plots/report.py RUN [--output DIR] [--format png|svg]

Writes the pictures and report.html, which holds all it shows, to DIR (default: RUN/plots).
"""

import environment

environment.enter(__file__)

import argparse
import base64
import json
import math
from html import escape
from itertools import chain
from pathlib import Path

import convergence
import density
import diagnostics
import figures
import particles
from run_folder import RunFolder

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


def pictures(run):
    yield from chain(diagnostics.pictures(run), density.pictures(run), particles.pictures(run))
    if (run.path / "convergence.csv").exists():
        yield convergence.picture(run.path, with_published=len(run.moving) == 2)


def number(value):
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


def words(value):
    """A choice of the scenario in words: its name, then its fields."""
    if isinstance(value, list):
        return " + ".join(words(part) for part in value)
    ((name, fields),) = value.items()
    if isinstance(fields, dict):
        return f"{escape(name)}: " + ", ".join(f"{escape(key)} {number(field)}" for key, field in fields.items())
    return f"{escape(name)}: {words(fields) if isinstance(fields, list) else number(fields)}"


def flat(value, path=()):
    """The leaves of nested objects with their paths."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from flat(part, (*path, key))
    else:
        yield " ".join(path), value


def table(header, rows):
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" if i else f"<th>{cell}</th>" for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table>{f"<thead><tr>{head}</tr></thead>" if header else ""}<tbody>{body}</tbody></table></div>'


def final_row(run):
    """The totals of the last row, then a line for each quantity of the species and a column for each of them."""
    last = {name: float(column[-1]) for name, column in run.rows.items()}
    prefixes = [f"{species.name}_" for species in run.moving]
    totals = [(words_of(name), number(value)) for name, value in last.items() if not name.startswith(tuple(prefixes))]
    names = [name.removeprefix(prefixes[0]) for name in last if name.startswith(prefixes[0])]
    lines = [(words_of(name), *(number(last.get(prefix + name)) for prefix in prefixes)) for name in names]
    return table([], totals) + table(["", *(species.name for species in run.moving)], lines)


def words_of(name):
    return escape(name.replace("_", " "))


def state(run):
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


def species_table(run):
    rows = []
    for species in run.species:
        start = words({"fixed": species.fixed}) if species.fixed is not None else words(species.initial)
        mass = "∞" if species.fixed is not None else number(species.mass)
        particles = words(species.particles) if species.particles else "–"
        rows.append([escape(species.name), mass, number(species.charge), start, particles])
    return table(["species", "mass", "charge", "start", "particles"], rows)


def page(run, shown):
    title = escape(run.title or run.path.resolve().name)
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder that `landau run` wrote")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where everything goes (default: RUN/plots)")
    parser.add_argument("--format", choices=["png", "svg"], default="png", help="of still pictures (default: png)")
    chosen = parser.parse_args()

    def write():
        run = RunFolder(chosen.run)
        # Malformed files are reported before anything is written.
        _ = run.rows, run.frames, run.summary
        if run.summary is not None and run.frames:
            for species in run.moving:
                run.resolution(species)
        folder = chosen.output or chosen.run / "plots"
        folder.mkdir(parents=True, exist_ok=True)
        shown = []
        for picture in pictures(run):
            path, data = picture.write(folder, chosen.format)
            shown.append((picture, path.suffix.removeprefix("."), data))
            print(path)
        path = folder / "report.html"
        path.write_text(page(run, shown), encoding="utf-8")
        print(path)

    figures.or_error(write)


if __name__ == "__main__":
    main()
