"""A campaign against a built landau: kills, mutated scenarios, mutated files of particles, full disks.

    endurance.py BINARY [--kills 200] [--scenarios 2000] [--files 400] [--disks 30] [--seed 1] [--seconds 20] [--out DIR]
                 [--case PART:INDEX]

Every case has a random generator of its own, made of the seed, the part and the index, so `--case` repeats one alone.
What failed is kept in DIR/failures with its command, what it printed and its input. Exit status 1 if anything failed.
"""

import argparse
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MIB = 2**20

# Seconds until a run of a mutated scenario is sent Ctrl-C, by which it has to end.
SECONDS_OF_A_RUN = 4.0

# What a command may take that announced no memory, and beside what it announced: the program itself and its threads.
MEMORY = 6 * 1024 * MIB
MEMORY_BESIDE = 256 * MIB

# Sizes beyond which a mutated scenario is checked for its message, but not run.
MOST_PARTICLES = 3000


class Failed(Exception):
    """What a case found to be wrong."""


class Ended:
    """How a command ended."""

    def __init__(self, status, said, seconds, peak, hangs):
        self.status, self.said, self.seconds, self.peak, self.hangs = status, said, seconds, peak, hangs

    def require(self, *statuses):
        """The status is one of these; a panic, a signal or a hang is none."""
        if self.hangs:
            raise Failed(f"took {self.seconds:.1f} s")
        if self.status not in statuses:
            raise Failed(f"exit status {self.status}, not one of {statuses}")
        return self


def execute(case, arguments, interrupt_after=None, memory=MEMORY, file_size=None):
    """Runs the program in the folder of a case, which keeps what it did."""

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if file_size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

    command = [str(case.binary), *arguments]
    start = time.monotonic()
    with open(case.folder / "said.txt", "w+b") as said:
        process = subprocess.Popen(
            command, cwd=case.folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, preexec_fn=limit
        )
        interrupted = False
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            seconds = time.monotonic() - start
            if ended:
                break
            if interrupt_after is not None and seconds > interrupt_after and not interrupted:
                process.send_signal(signal.SIGINT)
                interrupted = True
            if seconds > case.seconds:
                process.kill()
            time.sleep(0.002)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().decode("utf-8", "replace")
    case.commands.append(f"{' '.join(command)}\n-> {process.returncode}\n{words[-4000:]}")
    return Ended(process.returncode, words, seconds, 1024 * usage.ru_maxrss, seconds > case.seconds)


class Case:
    """One case of a part, in a folder of its own."""

    def __init__(self, campaign, part, index):
        self.binary, self.seconds, self.name = campaign.binary, campaign.seconds, f"{part}:{index}"
        self.random = random.Random(f"{campaign.seed}/{part}/{index}")
        self.folder = Path(tempfile.mkdtemp(prefix=f"{part}_{index}_", dir=campaign.out))
        self.commands, self.counts = [], {}

    def count(self, what, number=1):
        self.counts[what] = self.counts.get(what, 0) + number


# Scenarios of runs: a second or two each, with many steps.


def lattice(name, mass, charge, density, temperature, drift=(0.0, 0.0, 0.0), per_axis=4):
    initial = {"maxwellian": {"density": density, "temperature": temperature, "drift": list(drift)}}
    particles = {"lattice": {"per_axis": per_axis}}
    return {"name": name, "mass": mass, "charge": charge, "initial": initial, "particles": particles}


def runs():
    """Names and scenarios: every kind of step, sums, and what acts from outside."""
    two = [lattice("electron", 1.0, -1.0, 1.0, 1.0, (0.4, 0.0, 0.1)), lattice("ion", 4.0, 1.0, 1.0, 0.6)]
    fixed = {"name": "wall", "charge": 2.0, "fixed": {"density": 0.3}}
    bath = {"name": "bath", "fixed": {"density": 0.4, "mass": 3.0, "temperature": 9.0}}
    table = {"times": [0.1, 0.5], "values": [[0.2, 0.0, 0.0], [0.0, 0.3, 0.1]]}
    uniform = {"step": 0.01, "steps": 60}
    adaptive = {"adaptive": {"end": 0.6, "relative_tolerance": 1e-6}}
    driven = {"fields": {"electric": {"table": table}, "magnetic": [0.0, 1.0, 9.0]}}
    heated = {"sources": [{"heating": {"species": "ion", "temperature": 0.9, "time": 0.5}}]}
    rings = [lattice("electron", 1.0, -1.0, 1.0, 1.0, (0.0, 0.0, 0.3), 12), fixed]
    batches = {"random_batch": {"size": 20, "seed": 3}}
    midpoint = {"implicit_midpoint": {"tolerance": 1e-10, "max_iterations": 200}}
    for name, species, time_grid, rest in [
        ("chebyshev", two, uniform, {}),
        ("euler", two + [fixed], {"step": 0.002, "steps": 100}, {"integrator": {"forward_euler": {}}}),
        ("adaptive", two, adaptive, {}),
        ("adaptive in fields", two + [fixed], adaptive, driven),
        ("fields and a bath", two + [bath], uniform, driven),
        ("heating", two, uniform, heated),
        ("batches", two, uniform, {"summation": batches, "integrator": {"runge_kutta": {"order": 2}}}),
        ("midpoint", two, {"step": 0.02, "steps": 30}, {"integrator": midpoint}),
        ("rings", rings, uniform, {"symmetry": {"axial": {"axis": "z"}}}),
        ("functionals", two, uniform, {"functionals": [{"fisher": {}}, {"beyond": {"speeds": [1.0]}}]}),
    ]:
        yield name, {
            "version": 1,
            "title": name,
            "dimension": 3,
            "species": species,
            "collisions": {"gamma": -3.0, "coefficients": {"uniform": 0.2}},
            "time": time_grid,
            "output": {"diagnostics_every": 2, "particles_every": 7, "checkpoint_every": 6},
            **({"score": {"particles": {}}} if "symmetry" not in rest and name != "chebyshev" else {}),
            **rest,
        }


def outputs(folder):
    """All files of a run but run.json, which has times, by their paths."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "run.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def require_same(found, expected):
    if found.keys() != expected.keys():
        raise Failed(f"files {sorted(found.keys() ^ expected.keys())} are in one folder only")
    for path, content in expected.items():
        if found[path] != content:
            raise Failed(f"{path} differs from that of the unbroken run")


class Wholes:
    """Unbroken runs, made when they are first asked for: their outputs and their seconds."""

    def __init__(self, campaign):
        self.campaign, self.known, self.scenarios = campaign, {}, list(runs())

    def of(self, index):
        name, scenario = self.scenarios[index % len(self.scenarios)]
        if name not in self.known:
            case = Case(self.campaign, "whole", index % len(self.scenarios))
            (case.folder / "scenario.json").write_text(json.dumps(scenario))
            start = time.monotonic()
            ended = execute(case, ["run", "scenario.json", "--out", "run", "--quiet", "--threads", "1"])
            if ended.status != 0:
                sys.exit(f"the unbroken run of {name} failed: {ended.said}")
            self.known[name] = (outputs(case.folder / "run"), time.monotonic() - start)
            shutil.rmtree(case.folder)
        return (name, scenario, *self.known[name])


def next_command(folder):
    """How a broken run goes on: from its checkpoint, or anew."""
    if (folder / "run" / "checkpoint").exists():
        return ["resume", "run", "--quiet"]
    return ["run", "scenario.json", "--out", "run", "--overwrite", "--quiet"]


def threads(case):
    """Results do not depend on their number."""
    return ["--threads", str(case.random.choice([1, 1, 1, 2, 3]))]


def killed(case, wholes, index):
    """A run is killed at random times, once to three times, and then goes on to its end."""
    name, scenario, whole, seconds = wholes.of(index)
    case.count(name)
    (case.folder / "scenario.json").write_text(json.dumps(scenario))
    for _ in range(case.random.randint(1, 3)):
        command = [str(case.binary), *next_command(case.folder), *threads(case)]
        process = subprocess.Popen(
            command, cwd=case.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(case.random.random() * seconds)
        process.kill()
        case.count("kills" if process.wait() == -signal.SIGKILL else "over before the kill")
        case.commands.append(f"{' '.join(command)}\n-> killed")
    command = next_command(case.folder)
    case.count("resumed" if command[0] == "resume" else "run anew")
    execute(case, command + threads(case)).require(0)
    require_same(outputs(case.folder / "run"), whole)


# Mutated scenarios.

ODD_NUMBERS = [0, -0.0, 1, -1, 2, 3, 0.5, 5e-324, 1e-300, 1e-150, 1e150, 1.7e308, 2**32, 2**63, 2**64, -(2**63), 1e999]
ODD_WORDS = ["", "mass", "lattice", "mesh", "NaN", "1e3", "\ufeff", "\n", "é", ".", "vx", "x" * 5000, "\u0000"]
ODD_BYTES = [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\xff", b"\x00", b"1e999", b"NaN", b"-", b"0", b"{}", b"null"]


def small(value):
    """A shipped scenario with few particles and steps."""
    if isinstance(value, list):
        return [small(one) for one in value]
    if not isinstance(value, dict):
        return value
    limits = {"per_axis": 6, "count": 60, "steps": 3, "particles_every": 2}
    return {
        key: min(one, limits[key]) if key in limits and isinstance(one, int) else small(one)
        for key, one in value.items()
    }


def bases():
    """Good scenarios to start from, each as a JSON value."""
    paths = sorted((ROOT / "scenarios").glob("*.json")) + sorted((ROOT / "tests/bad").glob("*.json"))
    return [small(json.loads(path.read_text())) for path in paths] + [small(scenario) for _, scenario in runs()]


def places(value, path=()):
    """The paths of all values below one."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        yield from places(one, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def mutated_value(rng, good, others):
    """A scenario with one to three of its values, keys or choices changed."""
    value = json.loads(json.dumps(good))
    for _ in range(rng.randint(1, 3)):
        path = rng.choice([path for path in places(value) if path] or [("version",)])
        parent, key = at(value, path[:-1]), path[-1]
        other = rng.choice(others)
        donor = at(other, rng.choice(list(places(other))))
        number = parent[key] if isinstance(parent[key], (int, float)) else 1.0
        kind = rng.randrange(7)
        if kind == 0:
            parent[key] = rng.choice(ODD_NUMBERS)
        elif kind == 1:
            parent[key] = rng.choice(ODD_WORDS)
        elif kind == 2:
            parent[key] = json.loads(json.dumps(donor))
        elif kind == 3:
            size = rng.choice([1, 1, 5, 40])
            parent[key] = number * 10.0 ** rng.uniform(-size, size) * rng.choice([1, 1, 1, -1])
        elif kind == 4 and isinstance(parent, dict):
            del parent[key]
        elif kind == 5 and isinstance(parent, dict):
            name = rng.choice([*ODD_WORDS, *(path[-1] for path in places(other) if path and isinstance(path[-1], str))])
            parent[name] = parent.pop(key)
        elif kind == 6 and isinstance(parent, list):
            parent.extend(json.loads(json.dumps(parent[:3])))
        else:
            parent[key] = [parent[key]] * rng.choice([0, 1, 2, 100])
    return json.dumps(value).replace("Infinity", "1e999").encode()


def grafted(rng, good, others):
    """A scenario with parts of others in their places, and some numbers scaled: much of this is good."""
    value = json.loads(json.dumps(good))
    for _ in range(rng.randint(1, 3)):
        path = rng.choice([path for path in places(value) if path])
        parent, key = at(value, path[:-1]), path[-1]
        if isinstance(parent[key], float):
            parent[key] *= 10.0 ** rng.uniform(-1, 1)
            continue
        # A key that the scenario has, or one that it may have at its top.
        other = rng.choice(others)
        if rng.random() < 0.5:
            key, parent = rng.choice(list(other)), value
        donors = [at(other, path) for path in places(other) if path and path[-1] == key]
        if donors:
            parent[key] = json.loads(json.dumps(rng.choice(donors)))
    return json.dumps(value).encode()


def mutated_bytes(rng, content, head=None):
    """Bytes with some of them changed; `head`: most changes lie before it."""
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        end = len(content) if head is None or rng.random() < 0.3 else min(head, len(content))
        place = rng.randrange(max(end, 1))
        length = min(rng.choice([1, 2, 4, 8, 16, 200]), len(content) - place)
        kind = rng.randrange(7)
        if kind == 0 and content:
            content[place % len(content)] ^= 1 << rng.randrange(8)
        elif kind == 1 and content:
            content[place % len(content)] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
        elif kind == 2:
            del content[place : place + length]
        elif kind == 3:
            content[place:place] = rng.choice(ODD_BYTES)
        elif kind == 4:
            content[place:place] = content[place : place + length] * rng.choice([1, 2, 50])
        elif kind == 5:
            source = rng.randrange(max(len(content), 1))
            content[place : place + length] = content[source : source + length]
        elif rng.random() < 0.3:
            del content[place:]
        else:
            content[place : place + length] = bytes([rng.choice([0, 0xFF])]) * length
    return bytes(content)


def particles(value):
    """About how many particles a scenario asks for; what is no scenario asks for none."""
    total = 0.0
    for path in places(value):
        one = at(value, path)
        if isinstance(one, (int, float)) and path:
            total += one**3 if path[-1] == "per_axis" else one if path[-1] in ("count", "size") else 0
    return total


def announced(said):
    """The bytes that `check` says a run takes."""
    found = re.search(r"^memory +about ([0-9.]+) MiB", said, re.M)
    return float(found.group(1)) * MIB if found else 0.0


def checked_and_run(case):
    """A scenario, good or bad, ends in a message or a run; memory is as announced."""
    checked = execute(case, ["check", "scenario.json", "--threads", "1"]).require(0, 1, 2)
    if checked.status != 0 and "error: " not in checked.said:
        raise Failed(f"exit status {checked.status} without a word")
    if len(checked.said) > 100_000:
        raise Failed(f"said {len(checked.said)} characters")
    case.count(f"check {checked.status}")
    if checked.status != 0:
        return
    ended = execute(
        case,
        ["run", "scenario.json", "--out", "run", "--threads", "1", "--set", "output.checkpoint_every=1"],
        interrupt_after=SECONDS_OF_A_RUN,
    ).require(0, 1, 2, 130)
    case.count(f"run {ended.status}")
    # Twice: the integrator's arrays, and those of the rows, are beside those that are announced.
    most = MEMORY_BESIDE + 2 * announced(checked.said)
    if ended.peak > most:
        raise Failed(f"took {ended.peak / MIB:.0f} MiB, and {most / MIB:.0f} MiB is what was announced allows")


def mutated_scenario(case, known, index):
    rng = case.random
    good = rng.choice(known)
    if index % 4 == 0:
        text = mutated_value(rng, good, known)
    elif index % 4 != 1:
        text = grafted(rng, good, known)
    else:
        text = mutated_bytes(rng, json.dumps(good, indent=rng.choice([None, 1])).encode())
    (case.folder / "scenario.json").write_bytes(text)
    try:
        many = particles(json.loads(text)) > MOST_PARTICLES
    except (ValueError, RecursionError, OverflowError):
        many = False
    if many:
        # Its evaluation may rightly take long.
        case.count("large")
        execute(case, ["check", "scenario.json"], interrupt_after=SECONDS_OF_A_RUN).require(0, 1, 2, 130, -signal.SIGINT)
        return
    checked_and_run(case)


# Mutated files of particles.


def table(rng):
    """A table of particles as some program writes it."""
    delimiter = rng.choice([",", ";", "\t", " "])
    header = rng.choice(["", "# "]) + delimiter.join(["vx", "vy", "vz", "weight"])
    number = rng.choice([repr, "{:.6e}".format, lambda value: "{:.6e}".format(value).replace("e", "D")])
    rows = [delimiter.join(number(rng.gauss(0, 1)) for _ in range(3)) + delimiter + number(rng.random()) for _ in range(40)]
    return rng.choice(["\n", "\r\n"]).join([header, *rows, ""]).encode()


def mutated_file(case, frames, index):
    rng = case.random
    if index % 2 == 0:
        name, content = "cloud.csv", mutated_bytes(rng, table(rng), 200)
    else:
        name, content = "cloud.h5", mutated_bytes(rng, rng.choice(frames), rng.choice([None, 800, 8000]))
    (case.folder / name).write_bytes(content)
    species = [
        {"name": "electron", "mass": 1.0, "charge": -1.0, "initial": {"file": {"path": name}}},
        lattice("ion", 4.0, 1.0, 1.0, 0.6),
    ]
    _, scenario = next(runs())
    scenario = {**scenario, "species": species, "time": {"step": 0.001, "steps": 2}}
    (case.folder / "scenario.json").write_text(json.dumps(scenario))
    checked_and_run(case)


def frames_of(campaign):
    """openPMD files that the program writes."""
    case = Case(campaign, "frames", 0)
    _, scenario = next(runs())
    (case.folder / "scenario.json").write_text(json.dumps({**scenario, "time": {"step": 0.01, "steps": 7}}))
    execute(case, ["run", "scenario.json", "--out", "run"]).require(0)
    frames = [path.read_bytes() for path in sorted((case.folder / "run/particles").glob("*.h5"))]
    shutil.rmtree(case.folder)
    return frames


# Full disks.


def full_disk(case, wholes, index, count):
    """A run on a disk that is filled to some level ends with its reason, and goes on where there is room."""
    name, scenario, whole, _ = wholes.of(index)
    case.count(name)
    size = sum(map(len, whole.values()))
    room = max(4096, int(size * 1.1 * (index + 0.5) / count) // 4096 * 4096)
    (case.folder / "scenario.json").write_text(json.dumps(scenario))
    command = ["run", "scenario.json", "--out", "disk/run", "--quiet", *threads(case)]
    disk = case.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode == 0:
        case.count("on a small disk")
        try:
            ended = execute(case, command)
            left = disk / "run"
            if left.exists():
                shutil.copytree(left, case.folder / "run")
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    else:
        case.count("under a limit on the size of files")
        largest = max(map(len, whole.values()))
        limit = max(512, int(largest * 1.1 * (index + 0.5) / count))
        ended = execute(case, command, file_size=limit)
        if (disk / "run").exists():
            shutil.copytree(disk / "run", case.folder / "run")
    ended.require(0, 1)
    case.count("full" if ended.status == 1 else "had room")
    if ended.status == 1 and "cannot " not in ended.said:
        raise Failed("ended without saying what it could not write")
    if ended.status == 1:
        command = next_command(case.folder)
        case.count("resumed" if command[0] == "resume" else "run anew")
        execute(case, command).require(0)
    require_same(outputs(case.folder / "run"), whole)


class Campaign:
    def __init__(self, binary, seed, seconds, out):
        self.binary, self.seed, self.out = Path(binary).resolve(), seed, Path(out).resolve()
        # A command that has not ended by then hangs.
        self.seconds = seconds
        self.failures, self.counts = 0, {}
        self.out.mkdir(parents=True, exist_ok=True)

    def part(self, part, indices, run):
        """Runs the cases of a part, and keeps those that failed."""
        start, counts, failed = time.monotonic(), {}, 0
        for index in indices:
            case = Case(self, part, index)
            try:
                run(case, index)
            except Failed as failure:
                failed += 1
                kept = self.out / "failures" / case.name.replace(":", "_")
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(case.folder, kept)
                (kept / "failure.txt").write_text("\n\n".join([f"{case.name}: {failure}", *case.commands]))
                print(f"FAILED {case.name}: {failure}; kept in {kept}", flush=True)
            for what, number in case.counts.items():
                counts[what] = counts.get(what, 0) + number
            shutil.rmtree(case.folder, ignore_errors=True)
        self.failures += failed
        words = ", ".join(f"{what} {number}" for what, number in sorted(counts.items()))
        seconds = time.monotonic() - start
        print(f"{part}: {len(indices)} cases in {seconds:.0f} s, {failed} failed ({words})", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("binary")
    for part, number in [("kills", 200), ("scenarios", 2000), ("files", 400), ("disks", 30)]:
        arguments.add_argument(f"--{part}", type=int, default=number)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--seconds", type=float, default=20.0, help="after which a command hangs")
    arguments.add_argument("--out", default="out/endurance")
    arguments.add_argument("--case", metavar="PART:INDEX")
    asked = arguments.parse_args()
    print(f"seed {asked.seed}, {asked.binary}", flush=True)
    campaign = Campaign(asked.binary, asked.seed, asked.seconds, asked.out)
    wholes, known = Wholes(campaign), bases()
    frames = frames_of(campaign)
    parts = {
        "kills": lambda case, index: killed(case, wholes, index),
        "scenarios": lambda case, index: mutated_scenario(case, known, index),
        "files": lambda case, index: mutated_file(case, frames, index),
        "disks": lambda case, index: full_disk(case, wholes, index, max(asked.disks, 1)),
    }
    for part, run in parts.items():
        indices = range(getattr(asked, part))
        if asked.case:
            only, index = asked.case.split(":")
            indices = [int(index)] if part == only else []
        if indices:
            campaign.part(part, indices, run)
    sys.exit(1 if campaign.failures else 0)


if __name__ == "__main__":
    main()
