"""Hypothesis runs the same examples everywhere; without compilation, on tiny data, it runs a handful of them."""

import os

import pytest
from hypothesis import HealthCheck, settings

TINY = os.environ.get("NUMBA_DISABLE_JIT") == "1"

settings.register_profile(
    "reproducible", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=False
)
settings.register_profile("tiny", settings.get_profile("reproducible"), max_examples=15)
settings.load_profile("tiny" if TINY else "reproducible")


def pytest_configure(config: pytest.Config) -> None:
    """Compiled code wraps 64-bit hashes around in silence, numpy's scalars warn (`np.seterr` binds one thread only)."""
    if TINY:
        config.addinivalue_line("filterwarnings", "ignore:overflow encountered in scalar:RuntimeWarning")
