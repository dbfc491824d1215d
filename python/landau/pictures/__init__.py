"""Pictures of a run, by name: figures of matplotlib, in one look."""

from collections.abc import Callable, Iterator, Sequence

from landau.optional import need

# Said once, before the modules below import them.
for _package in ("matplotlib", "PIL"):
    need(_package, "drawing")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from landau.folder import RunFolderError
from landau.pictures import convergence, density, driven, history, particles
from landau.pictures.figures import Picture
from landau.run import Run, Species

# Pictures that show some species or all of them.
OF_SPECIES: dict[str, Callable[[Run, Sequence[Species]], Picture]] = {
    "entropy": history.entropy,
    "temperatures": history.temperatures,
    "velocities": history.velocities,
    "anisotropy": history.anisotropy,
    "errors": history.errors,
    "currents": driven.currents,
    "density": density.densities,
    "profiles": density.marginals_and_cuts,
    "particles": particles.scatter,
}
OF_ALL = ("conservation", "power", "convergence")
NAMES = ("conservation", *OF_SPECIES, "power", "convergence")


def picture(run: Run, name: str, species: str | Sequence[str] | None = None) -> Picture:
    """The picture of this name, of the moving species that are named, by default of all.

    Raises ValueError for names that there are not, and for a picture that the run has nothing for.
    """
    if name not in NAMES:
        raise ValueError(f"no picture {name!r}; there are {', '.join(NAMES)}")
    if name in OF_ALL and species is not None:
        raise ValueError(f"the picture {name!r} is of all species")
    missing = _missing(run, name)
    if missing:
        raise ValueError(f"no picture {name!r} of this run: {missing}")
    if name == "conservation":
        return history.conservation(run)
    if name == "power":
        return driven.power(run)
    if name == "convergence":
        return _convergence(run)
    return OF_SPECIES[name](run, _shown(run, species))


def figure(run: Run, name: str, species: str | Sequence[str] | None = None) -> Figure:
    """The same as a figure."""
    drawn = picture(run, name, species).figure
    assert drawn is not None, "only the animation is none, which has no name"
    if "inline" in plt.get_backend():
        # A notebook shows the value of a cell, and would show the open figure again.
        plt.close(drawn)
    return drawn


def of_rows(run: Run) -> Iterator[Picture]:
    """Those of diagnostics.csv."""
    yield history.conservation(run)
    for name in ("entropy", "temperatures", "velocities", "anisotropy", "errors", "currents"):
        if not _missing(run, name):
            yield OF_SPECIES[name](run, run.moving)
    if not _missing(run, "power"):
        yield driven.power(run)


def of_densities(run: Run) -> Iterator[Picture]:
    if density.can_be_drawn(run):
        yield from density.in_parts(run, run.moving)


def of_particles(run: Run) -> Iterator[Picture]:
    if particles.can_be_drawn(run):
        yield particles.scatter(run, run.moving)
        if len(run.frames) > 1:
            yield particles.animation(run, run.moving)


def all_of(run: Run) -> Iterator[Picture]:
    """Every picture that the run has something for."""
    yield from of_rows(run)
    yield from of_densities(run)
    yield from of_particles(run)
    if not _missing(run, "convergence"):
        yield _convergence(run)


def _convergence(run: Run) -> Picture:
    assert run.path is not None, "a run in memory has no convergence.csv"
    return convergence.picture(run.path, with_published=len(run.moving) == 2)


def _missing(run: Run, name: str) -> str | None:
    """What a picture lacks, or None."""
    if name == "errors" and not any(f"{species.name}_error_{kind}" in run.diagnostics for species in run.moving for kind in history.ERRORS):
        return "it has no reference"
    if name == "currents" and not driven.has_current(run):
        return "it has no charges in fields"
    if name == "power" and not driven.powers(run):
        return "nothing gives or takes power"
    if name == "convergence" and (run.path is None or not (run.path / "convergence.csv").exists()):
        return "it has no convergence.csv, which `landau converge` writes"
    if name in ("density", "profiles", "particles"):
        if not run.frames:
            return "it has no particles; run it with output.particles_every"
        if not (particles if name == "particles" else density).can_be_drawn(run):
            return "it has no run.json, which says the bandwidths"
    return None


def _shown(run: Run, species: str | Sequence[str] | None) -> list[Species]:
    if species is None:
        return run.moving
    names = [species] if isinstance(species, str) else list(species)
    known = {one.name: one for one in run.moving}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise ValueError(f"no moving species {', '.join(map(repr, unknown)) or 'named'}; there are {', '.join(known)}")
    return [known[name] for name in names]
