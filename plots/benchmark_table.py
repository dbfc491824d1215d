"""Tables that benchmarks write and pictures show: reading them, and the command line of a picture of one."""

import argparse
import csv
from pathlib import Path

import command_line
from landau import RunFolderError

GALLERY = Path(__file__).with_name("gallery")


def read(path, columns, source):
    """The rows of a table that `source` writes with these columns, as dictionaries of strings."""
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        rows = list(table)
    if table.fieldnames != columns or not rows:
        raise RunFolderError(f"{path}: expected what {source} writes: the columns {', '.join(columns)}")
    return rows


def main(picture, description, default):
    """Draws the picture of the table that the command line names, by default the one of this name in the gallery."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("table", type=Path, nargs="?", default=GALLERY / default, metavar="FILE.csv")
    parser.add_argument("--output", type=Path, default=GALLERY, metavar="DIR", help="(default: plots/gallery)")
    parser.add_argument("--format", choices=["png", "svg", "pdf"], default="png", help="(default: png)")
    chosen = parser.parse_args()

    def write():
        one = picture(chosen.table)
        chosen.output.mkdir(parents=True, exist_ok=True)
        print(one.write(chosen.output, chosen.format)[0])

    command_line.or_error(write)
