"""Hypothesis runs the same examples everywhere; without compilation, on tiny data, it runs a handful of them."""

import os

import numpy as np
from hypothesis import HealthCheck, settings

TINY = os.environ.get("NUMBA_DISABLE_JIT") == "1"

settings.register_profile(
    "reproducible", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=False
)
settings.register_profile("tiny", settings.get_profile("reproducible"), max_examples=15)
settings.load_profile("tiny" if TINY else "reproducible")

if TINY:  # compiled code wraps 64-bit hashes around in silence, numpy's scalars warn
    np.seterr(over="ignore")
