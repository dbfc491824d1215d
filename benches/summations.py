# /// script
# requires-python = ">=3.11"
# dependencies = ["fmm3dpy==2.1.0", "numpy==2.4.6"]
# ///
"""Seconds, error and memory of one pair sum over the number of particles: direct, by trees, by random batches, and in
three dimensions for gamma = -3 by the fast multipole method of FMM3D (Flatiron Institute), on the same clouds.

    python3 benches/summations.py [--output FILE.csv] [--most PARTICLES] [--only DIMENSION SUMMATION]

Needs cargo. Every case runs in a process of its own, whose peak memory is reported; a direct sum of more than 256,000
particles is left out. `plots/summation.py` draws the file (default: plots/gallery/summations.csv).

With 1/r the kernel of Laplace, A(z) = I/|z| - z z^T/|z|^3, and z z^T/|z|^3 g follows from gradients of 1/r with the charges
w, w v, w g and w v.g: one call of the Laplace code with eight densities has all of T g - F.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "plots"))

import environment

environment.enter(__file__)

import argparse
import csv
import resource
import subprocess
import tempfile
import time

import numpy as np

COLUMNS = ["code", "dimension", "gamma", "summation", "particles", "seconds", "error", "points", "calibration_seconds"]
COLUMNS += ["mebibytes"]
SIZES = [1000 * 4**k for k in range(7)]
SUMMATIONS = ["direct", "1e-3", "1e-6", "1e-9", "batches"]
MOST_DIRECT = 256_000
# Tolerances asked of the peer, and its most particles: a million at 1e-6 would take more than 20 GiB.
PEER_TOLERANCES, MOST_OF_PEER = ["1e-3", "1e-6"], 256_000


def program():
    """The benchmark's program, built."""
    command = ["cargo", "bench", "--bench", "summations", "--no-run", "--message-format=short"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stderr
    return ROOT / said.rsplit("(", 1)[1].split(")", 1)[0]


def peer(particles, tolerance, path):
    """One row of FMM3D for the cloud in a file of the benchmark."""
    import fmm3dpy

    numbers = np.fromfile(path)[: 7 * particles].reshape(particles, 7)
    v, g, w = np.asfortranarray(numbers[:, :3].T), numbers[:, 3:6].T, numbers[:, 6]
    pair = np.asfortranarray([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    scale = fmm3dpy.lfmm3d(eps=1e-12, sources=pair, charges=np.array([1.0, 0.0]), pg=1).pot[1]
    charges = np.asfortranarray(np.vstack([w, w * v, w * g, w * (v * g).sum(axis=0)]))
    start = time.perf_counter()
    found = fmm3dpy.lfmm3d(eps=tolerance, sources=v, charges=charges, nd=8, pg=2)
    potential, gradient = found.pot / scale, found.grad / scale
    along = np.einsum("kan,kn->an", gradient[1:4], g) - (v * g).sum(axis=0) * gradient[0]
    across = gradient[7] - np.einsum("kn,kan->an", v, gradient[4:7])
    sums = (potential[0] * g - along) - (potential[4:7] - across)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    error = size = 0.0
    for p in range(0, particles, -(-particles // 200)):
        z, change = v[:, p, None] - v, g[:, p, None] - g
        square = (z * z).sum(axis=0)
        power = np.divide(w, square**1.5, out=np.zeros(particles), where=square > 0.0)
        exact = (power * square * change - power * (z * change).sum(axis=0) * z).sum(axis=1)
        error += w[p] * ((sums[:, p] - exact) ** 2).sum()
        size += w[p] * (exact**2).sum()
    return ["FMM3D", 3, -3, f"{tolerance:.0e}".replace("e-0", "e-"), particles, f"{seconds:.3e}", f"{(error / size) ** 0.5:.2e}", "", "", f"{memory:.0f}"]


def cases(most):
    for dimension in ("3", "2"):
        for summation in SUMMATIONS:
            for particles in SIZES:
                if particles <= most and (summation != "direct" or particles <= MOST_DIRECT):
                    yield dimension, summation, particles


def main():
    parser = argparse.ArgumentParser(description="Seconds, error and memory of every summation over the number of particles.")
    output = ROOT / "plots/gallery/summations.csv"
    parser.add_argument("--output", type=Path, default=output, metavar="FILE.csv")
    parser.add_argument("--most", type=int, default=SIZES[-1], metavar="PARTICLES", help="(default: 4,096,000)")
    parser.add_argument("--only", nargs=2, metavar=("DIMENSION", "SUMMATION"), help="one curve, appended to the file")
    parser.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.peer:
        particles, tolerance, path = chosen.peer
        print(*peer(int(particles), float(tolerance), path), sep=",")
        return
    built = program()
    with chosen.output.open("a" if chosen.only else "w", encoding="utf-8", newline="") as file, tempfile.TemporaryDirectory() as room:
        table = csv.writer(file, lineterminator="\n")
        if not chosen.only:
            table.writerow(COLUMNS)

        def write(command, code=()):
            said = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
            table.writerow([*code, *said.strip().split(",")])
            file.flush()
            print(said.strip(), file=sys.stderr)

        for dimension, summation, particles in cases(chosen.most):
            if chosen.only and (dimension, summation) != tuple(chosen.only):
                continue
            cloud = Path(room) / "cloud"
            write([built, "case", dimension, -3, 0, summation, particles, cloud], ["landau"])
            if dimension == "3" and summation in PEER_TOLERANCES and particles <= MOST_OF_PEER:
                try:
                    write([sys.executable, __file__, "--peer", particles, summation, cloud])
                except subprocess.CalledProcessError as error:
                    print(f"FMM3D left out: {error.stderr}", file=sys.stderr)


if __name__ == "__main__":
    main()
