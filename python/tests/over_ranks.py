"""A sweep over the ranks of MPI: `mpiexec -n 3 python -m mpi4py.futures over_ranks.py`."""

from mpi4py.futures import MPIPoolExecutor
from test_sweep import finds_the_same

if __name__ == "__main__":
    with MPIPoolExecutor() as executor:
        finds_the_same(executor)
    print("the same")
