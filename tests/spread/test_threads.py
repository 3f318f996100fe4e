"""The same seed gives the same bytes, whatever the number of threads of the linear algebra underneath."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import hashlib
import numpy as np
from belvedere.spread import admission_paths, reproduction_number
from tests.spread.simulate import GENERATION, joint_wave

counts, _ = joint_wave(101, 100, 1)
paths = admission_paths(counts, rng=np.random.default_rng(1), samples=500)
ratio = reproduction_number(counts, generation=GENERATION / GENERATION.sum())
said = [paths.paths.values.tobytes(), repr(paths.learnt).encode()]
said += [ratio[name].values.tobytes() for name in ("q05", "median", "q95", "above_one", "informed")]
print(hashlib.sha256(b"".join(said)).hexdigest())
"""
LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@pytest.fixture(scope="module")
def digests(pytestconfig) -> list[str]:
    found = []
    for threads in ("1", "2"):
        environment = {**os.environ, **dict.fromkeys(LIBRARIES, threads)}
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=pytestconfig.rootpath,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(ran.stdout.strip())
    return found


def test_draws_and_estimates_do_not_depend_on_threads(digests):
    assert len(digests[0]) == 64
    assert digests[0] == digests[1]
