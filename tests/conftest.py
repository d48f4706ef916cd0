"""Hypothesis runs the same examples everywhere; without compilation, on tiny data, it runs a handful of them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

TINY = os.environ.get("NUMBA_DISABLE_JIT") == "1"

settings.register_profile(
    "reproducible", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=False
)
settings.register_profile("tiny", settings.get_profile("reproducible"), max_examples=15)
settings.load_profile("tiny" if TINY else "reproducible")


for _variable in ("TERMMINE_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"):  # messages are compared in English
    os.environ.pop(_variable, None)
os.environ["LANG"] = "C.UTF-8"


def pytest_configure(config: pytest.Config) -> None:
    """Heed no warning that is none, and leave the processes of the tests the signals that are sent to them."""
    if TINY:  # compiled code wraps 64-bit hashes around in silence, numpy's scalars warn, in each thread
        config.addinivalue_line("filterwarnings", "ignore:overflow encountered in scalar:RuntimeWarning")
    for name in ("SIGINT", "SIGHUP"):  # nohup, and a shell in the background, have us and ours ignore them
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)  # which ignores it, too, but is not handed on


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A web server on this machine (`support.servers.Pages`), to which a second try is made at once."""
    from support.servers import serving
    from termmine.runtime import store

    monkeypatch.setattr(store, "FIRST_WAIT", 0)
    with serving() as served:
        yield served


@pytest.fixture
def memory() -> Iterator[Any]:
    """fsspec's store in memory, empty."""
    from support.servers import in_memory

    with in_memory() as store:
        yield store


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Compile the kernels once, before the processes that share the tests begin and would each do it."""
    script = "from support.command import compile_kernels; compile_kernels()"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parent)


@pytest.fixture(scope="session", autouse=True)
def one_dictionary() -> Iterator[None]:
    """Have all runs in this process use jieba's dictionary as it was laid out for the first of them."""
    from support import dictionary

    with pytest.MonkeyPatch.context() as patch:
        dictionary.share(patch)
        yield
