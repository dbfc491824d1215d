"""What the command lines of the scripts share."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from landau import Run, RunFolderError
from landau.pictures.figures import Picture

Result = TypeVar("Result")


def arguments(description: str) -> argparse.ArgumentParser:
    """Those of a script that draws pictures of a run."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder that `landau run` wrote")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where the pictures go (default: RUN/plots)")
    parser.add_argument("--format", choices=["png", "svg", "pdf"], default="png", help="of still pictures (default: png)")
    return parser


def main(description: str, pictures: Callable[[Run], Iterator[Picture]]) -> None:
    """The command line of a script whose `pictures` makes the pictures of a run, one after the other."""
    chosen = arguments(description).parse_args()

    def write() -> None:
        run = Run(chosen.run)
        folder = chosen.output or chosen.run / "plots"
        count = 0
        for count, picture in enumerate(pictures(run), 1):
            folder.mkdir(parents=True, exist_ok=True)
            print(picture.write(folder, chosen.format)[0])
        if count == 0:
            raise RunFolderError(f"{chosen.run}: no particle files; run it with --set output.particles_every=100")

    or_error(write)


def or_error(work: Callable[[], Result]) -> Result:
    """Does the work; what is wrong with a folder ends in one line on stderr and status 1."""
    try:
        return work()
    except (RunFolderError, OSError) as error:
        sys.exit(f"error: {error}")
