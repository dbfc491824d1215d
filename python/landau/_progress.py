"""Progress of a run on stderr, which notebooks show too."""

from __future__ import annotations

import sys
import time


class Progress:
    """A line that a terminal and a notebook write anew, and that files get ten times."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._tenths = -1
        self._rewrites = sys.stderr.isatty() or "ipykernel" in sys.modules

    def __call__(self, step: int, at: float, part: float) -> None:
        """Step, time in the units of the scenario, and completed part from 0 to 1."""
        seconds = time.monotonic() - self._began
        left = f", {seconds * (1.0 - part) / part:.0f} s left" if part > 0.0 else ""
        line = f"step {step}  t = {at:.6g}  {100.0 * part:.0f} %  {seconds:.1f} s{left}"
        if self._rewrites:
            sys.stderr.write(f"\r{line:<72}" + ("\n" if part >= 1.0 else ""))
        elif int(10.0 * part) > self._tenths:
            self._tenths = int(10.0 * part)
            sys.stderr.write(line + "\n")
        sys.stderr.flush()
