"""The command `landau`, also as `python -m landau`."""

import signal
import sys

from . import _core


def main() -> None:
    """Runs the command line and exits as it does."""
    # The program watches for Ctrl-C itself where it has something to save; elsewhere it just ends.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_core.main(["landau", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
