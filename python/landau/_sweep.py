"""Many runs of one scenario."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from .errors import Error
from .run import Run
from .scenario import Scenario
from .tables import Table


def sweep(
    scenario: Scenario,
    axes: Mapping[str, Sequence[Any]],
    *,
    zipped: bool = False,
    keep: Iterable[str] | Callable[[Run], Mapping[str, Any]] | None = None,
    executor: Executor | None = None,
    threads: int | None = None,
) -> Table:
    """Runs a scenario with every combination of values, and returns a row for each.

        landau.sweep(s, {"collisions.gamma": [-3, -2], "time.step": [0.1, 0.05]})

    `axes` are values by their paths: crossed, the last one fastest, or `zipped`. `keep` is what a row has besides: names of
    columns of diagnostics, whose last values are taken (all of them by default), or a function of the run that returns numbers
    by name. A run that fails has its reason in the column `failure`, which is empty otherwise, and no numbers.

    `executor` is anything with the interface of concurrent.futures.Executor: processes, Dask, MPI. Scenarios, and `keep`,
    travel to it by pickle. Without one the runs follow each other here. Each takes `threads` threads: all processors by
    default, one with an executor. Ray has no such class of its own. This one does, as `executor=OnRay()`:

        import concurrent.futures
        import ray

        class OnRay(concurrent.futures.Executor):
            task = ray.remote(lambda call, *words: call(*words))

            def submit(self, call, *words):
                return self.task.remote(call, *words).future()

    Every scenario is validated before the first one runs: ScenarioError.
    """
    if not axes:
        raise ValueError("axes: found none; allowed: one path or more, each with its values")
    values = list(zip(*axes.values(), strict=True)) if zipped else list(itertools.product(*axes.values()))
    scenarios = [scenario.copy(dict(zip(axes, row, strict=True))) for row in values]
    columns = keep if keep is None or callable(keep) else list(keep)
    if executor is None:
        found = [_one(one, columns, threads) for one in scenarios]
    else:
        jobs = [executor.submit(_one, one, columns, threads or 1) for one in scenarios]
        found = [job.result() for job in jobs]
    names = list(dict.fromkeys(name for numbers, _ in found for name in numbers))
    table: dict[str, list[Any]] = {path: [row[i] for row in values] for i, path in enumerate(axes)}
    for name in names:
        table[name] = [numbers.get(name, float("nan")) for numbers, _ in found]
    table["failure"] = [failure for _, failure in found]
    return Table(table)


def _one(
    scenario: Scenario,
    keep: list[str] | Callable[[Run], Mapping[str, Any]] | None,
    threads: int | None,
) -> tuple[dict[str, Any], str]:
    """The numbers of a run, or why there are none."""
    try:
        run = scenario.run(threads=threads)
    except Error as error:
        return {}, str(error)
    if callable(keep):
        return dict(keep(run)), ""
    return {name: float(run.diagnostics[name][-1]) for name in keep or run.diagnostics}, ""
