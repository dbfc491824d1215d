#!/usr/bin/env bash
# An array of jobs on a cluster with Slurm, one for each point of a sweep:
#     sbatch --array=1-$(landau sweep SWEEP.json --list | wc -l) scenarios/sweeps/slurm.sh SWEEP.json OUT
# and, when they have ended: landau sweep SWEEP.json --out OUT --collect
#SBATCH --cpus-per-task=4
#SBATCH --time=01:00:00
# Slurm warns before it ends a job; the run then writes a checkpoint, from which the same command goes on.
#SBATCH --signal=B:INT@60
set -euo pipefail
exec landau sweep "$1" --out "$2" --quiet --threads "$SLURM_CPUS_PER_TASK" --only "$SLURM_ARRAY_TASK_ID"
