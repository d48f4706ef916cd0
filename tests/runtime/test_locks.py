"""Two runs never write the same file, and a run that dies leaves nothing that stands in the way of the next."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from support.command import ENCYCLOPEDIA, POWER, PROCESS, Run, run
from termmine import TermmineError
from termmine.errors import BusyError
from termmine.runtime import locks, outputs
from termmine.runtime.locks import hidden_prefix, output_lock

#: Takes the locks of its arguments, says so, and waits for a line.
HOLDER = (
    "import sys; from pathlib import Path; from termmine.runtime.locks import output_lock\n"
    "with output_lock(map(Path, sys.argv[1:])): print('held', flush=True); sys.stdin.readline()"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def start_holder(*paths: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate("\n")
    assert process.returncode == 0


def is_busy(path: str, process: int) -> None:
    with pytest.raises(BusyError) as error, output_lock([Path(path)]):
        raise AssertionError("the lock was given twice")
    assert str(error.value) == (
        f"{path}: process {process} is writing it: wait until that is done, or choose another file"
    )


def test_the_second_process_is_told_which_one_is_first() -> None:
    holder = start_holder("terms.csv")
    is_busy("terms.csv", holder.pid)
    with output_lock([Path("other.csv")]):
        pass
    end(holder)
    with output_lock([Path("terms.csv")]):
        is_busy("terms.csv", os.getpid())
    assert names() == []


def test_the_second_run_fails_before_it_reads_anything() -> None:
    holder = start_holder("terms.csv")
    Path("link.csv").symlink_to("terms.csv")
    for options in (["-o", "terms.csv"], ["-o", "link.csv"], ["--meta", "./terms.csv", "-o", "x.csv"]):
        told = Path(options[1])
        result = run("discover", POWER, "-b", ENCYCLOPEDIA, "-v", *options)
        line = f"{told}: process {holder.pid} is writing it: wait until that is done, or choose another file"
        assert result == Run(75, b"", f"termmine: error: {line}\n")
    assert run("discover", POWER, "-b", ENCYCLOPEDIA, "--top", 1).code == 0
    end(holder)
    assert run("discover", POWER, "-b", ENCYCLOPEDIA, "-o", "link.csv").code == 0
    assert names() == ["link.csv", "terms.csv"]


def test_a_count_file_is_added_to_by_one_run_at_a_time() -> None:
    """The lock is taken before the old counts are read, so that none of two additions is lost."""
    assert run("count", POWER, "-o", "power.tmc").code == 0
    before = Path("power.tmc").read_bytes()
    holder = start_holder("power.tmc")
    line = f"power.tmc: process {holder.pid} is writing it: wait until that is done, or choose another file"
    assert run("count", "--add", ENCYCLOPEDIA, "power.tmc") == Run(75, b"", f"termmine: error: {line}\n")
    assert Path("power.tmc").read_bytes() == before
    end(holder)
    assert run("count", "--add", ENCYCLOPEDIA, "power.tmc").code == 0
    assert Path("power.tmc").read_bytes() != before
    assert names() == ["power.tmc"]


def test_a_killed_process_holds_nothing() -> None:
    holder = start_holder("terms.csv", "meta.json")
    holder.kill()
    holder.communicate()
    assert names() == sorted(hidden_prefix(Path(name)) + ".lock" for name in ("terms.csv", "meta.json"))
    with output_lock([Path("terms.csv"), Path("meta.json")]):
        pass
    assert names() == []


def test_one_busy_output_gives_the_others_back() -> None:
    holder = start_holder("b.csv")
    with pytest.raises(BusyError), output_lock([Path("a.csv"), Path("b.csv"), Path("c.csv")]):
        pass
    with output_lock([Path("a.csv"), Path("c.csv")]):
        pass
    end(holder)
    assert names() == []


def test_streams_are_not_locked() -> None:
    os.mkfifo("pipe")
    streams = [Path(name) for name in ("-", "/dev/stdout", "/dev/null", "pipe")]
    with output_lock(streams), output_lock(streams):
        assert names() == ["pipe"]


def test_a_place_that_cannot_be_locked() -> None:
    line = "^no/terms.csv: cannot be locked [(]No such file or directory[)]: choose another output file$"
    with pytest.raises(TermmineError, match=line), output_lock([Path("no/terms.csv")]):
        pass


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe", "directory"])
def test_what_stands_in_the_place_of_the_lock_is_not_written_to(kind: str) -> None:
    """Whoever may write in the directory can put it there, for its name can be worked out."""
    lock = Path(hidden_prefix(Path("terms.csv")) + ".lock")
    Path("diary").write_text("dear diary")
    if kind == "hard link":
        lock.hardlink_to("diary")
    elif kind == "pipe":
        os.mkfifo(lock)
    elif kind == "directory":
        lock.mkdir()
    else:
        lock.symlink_to("diary" if kind == "link" else "nothing")
    before = names()
    line = (
        f"termmine: error: terms.csv: cannot be locked: {lock} beside it is no file of ours: "
        "remove that, or choose another output file\n"
    )
    assert run("discover", POWER, "-o", "terms.csv", "-q") == Run(1, b"", line)
    assert Path("diary").read_text() == "dear diary"
    assert names() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_lock_that_another_user_left_is_made_anew() -> None:
    lock = Path(hidden_prefix(Path("terms.csv")) + ".lock")
    lock.write_text("12 theirs")
    os.chown(lock, 1234, -1)
    with output_lock([Path("terms.csv")]):
        assert lock.stat().st_uid == 0
        assert lock.read_text().startswith(f"{os.getpid()} ")
    assert names() == []


def test_the_holder_may_be_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system that two machines share; or it has not said yet who it is."""
    holder = start_holder("terms.csv")
    lock = Path(hidden_prefix(Path("terms.csv")) + ".lock")
    lock.write_text("12 another\n")
    with pytest.raises(BusyError, match="process 12 on another is writing it"), output_lock([Path("terms.csv")]):
        pass
    lock.write_text("")
    monkeypatch.setattr(locks, "_PATIENCE", 1)
    with pytest.raises(BusyError, match="another process is writing it"), output_lock([Path("terms.csv")]):
        pass
    end(holder)


def test_many_at_once_one_at_a_time() -> None:
    """Threads that take and give back the same lock as fast as they can: never two of them inside."""
    inside, most, entered = 0, 0, 0
    counting = threading.Lock()

    def take() -> None:
        nonlocal inside, most, entered
        for _ in range(200):
            with contextlib.suppress(BusyError), output_lock([Path("terms.csv")]):
                with counting:
                    inside, entered = inside + 1, entered + 1
                    most = max(most, inside)
                with counting:
                    inside -= 1

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert entered >= 4
    assert names() == []


# --- what is left of a run that dies ---------------------------------------------------------------------------------


def test_leftovers_of_this_output_are_removed_and_no_others() -> None:
    mine, other = (f"{hidden_prefix(Path(name))}-abc" for name in ("terms.csv", "other.csv"))
    for name in (mine, other, ".termmine-notes", "terms.csv"):
        Path(name).write_text("x")
    with output_lock([Path("terms.csv")]):
        assert mine not in names()
    assert names() == sorted([other, ".termmine-notes", "terms.csv"])


OUTPUTS = ["--absorbed", "absorbed.csv", "--meta", "meta.json", "-o", "terms.csv"]

#: Writes three files over and over, each time in a process that dies before its next call to the system; tells for each
#: how it died and what stands in the files then, and in the end what else is in the directory.
WRITER = """
import json, os, signal, sys
from pathlib import Path
from termmine.runtime import outputs
from termmine.runtime.locks import output_lock

NAMES = ["absorbed.csv", "meta.json", "terms.csv"]

def dying_at(step, name):
    function = getattr(os, name)
    def wrapped(*arguments, **options):
        step[0] -= 1
        if not step[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return wrapped

def write(step):
    for name in ("open", "fsync", "replace", "rename", "chmod", "unlink", "close", "write", "ftruncate"):
        setattr(os, name, dying_at(step, name))
    paths = [Path(name) for name in NAMES]
    with output_lock(paths):
        outputs.write_all([(path, b"new") for path in paths])
    os._exit(0)

status = None
step = 0
while status != 0:
    step += 1
    for name in NAMES:
        Path(name).write_bytes(b"old")
    child = os.fork()
    if not child:
        write([step])
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([status, [Path(name).read_text() for name in NAMES]]))
print(json.dumps(sorted(os.listdir())))
"""


def test_killed_at_each_step_of_the_writing() -> None:
    """SIGKILL before each system call in turn: each file is whole, the main one comes last, the next run cleans up."""
    done = subprocess.run([sys.executable, "-c", WRITER], capture_output=True, text=True, check=True)
    *steps, left = [json.loads(line) for line in done.stdout.splitlines()]
    assert [status for status, _ in steps] == [-signal.SIGKILL] * (len(steps) - 1) + [0]
    seen = [texts for _, texts in steps]
    order = [["old"] * 3, ["new", "old", "old"], ["new", "new", "old"], ["new"] * 3]
    assert [texts for texts, _ in itertools.groupby(seen)] == order
    assert len(steps) > 20
    assert left == ["absorbed.csv", "meta.json", "terms.csv"]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_at_any_moment_leaves_no_hidden_file(signum: int) -> None:
    """At random moments of a whole run in a process of its own."""
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " + PROCESS[-1]
    command = [*PROCESS[:-1], start, "discover", str(POWER), "-b", str(ENCYCLOPEDIA), *OUTPUTS]
    draw = random.Random(signum)
    for _ in range(3):
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                process.wait(draw.uniform(0.3, 1.5))
            except subprocess.TimeoutExpired:
                process.send_signal(signum)
            assert process.wait() in (0, 128 + signum, -signum)  # -signum: before Python was up
        assert [name for name in names() if name.startswith(".")] == []


#: Locks and writes a file over and over, each time with a signal at the next bytecode instruction of ours and of the
#: library's context managers; tells for each what stands in the directory when the process would end, and in the file.
SIGNALLED = """
import contextlib, json, os, sys, tempfile
from pathlib import Path
from termmine.runtime import locks, outputs

MODULES = {module.__file__ for module in (contextlib, outputs, locks, tempfile)}
TERMS = Path("terms.csv")

class SignalError(BaseException):
    pass

def write():
    with locks.output_lock([TERMS]):
        outputs.write(TERMS, b"new")

def signalled_at(step):
    def trace(frame, event, _):
        nonlocal step
        if frame.f_code.co_filename not in MODULES:
            return None
        frame.f_trace_opcodes = True
        step -= event == "opcode"
        if not step:
            sys.settrace(None)
            raise SignalError
        return trace
    try:
        sys.settrace(trace)
        write()
    except SignalError:
        return True
    finally:
        sys.settrace(None)
    return False

write()  # tempfile seeds itself under a lock that a signal would leave taken
step = 1
while True:
    TERMS.write_bytes(b"old")
    signalled = signalled_at(step)
    locks.release_all()
    print(json.dumps([signalled, os.listdir(), TERMS.read_text()]))
    if not signalled:
        break
    step += 1
"""


def test_a_signal_at_each_step_of_the_writing() -> None:
    done = subprocess.run([sys.executable, "-c", SIGNALLED], capture_output=True, text=True, check=True)
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert [signalled for signalled, _, _ in steps] == [True] * (len(steps) - 1) + [False]
    assert len(steps) > 1000
    assert [left for _, left, _ in steps] == [["terms.csv"]] * len(steps)
    assert {text for _, _, text in steps} == {"old", "new"}
    assert steps[-1][-1] == "new"


def test_no_output_gets_its_name_before_all_are_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    synced = 0

    def fail_at_the_third(descriptor: int) -> None:
        nonlocal synced
        synced += 1
        if synced == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail_at_the_third)
    with pytest.raises(TermmineError, match=r"c\.txt: No space left on device: nothing was written"):
        outputs.write_all([(Path(f"{name}.txt"), b"new") for name in "abc"])
    assert names() == []


def test_the_directory_is_synced_after_the_name_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    directories = []

    def record(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            directories.append((path, Path("terms.csv").read_bytes()))

    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc")
    monkeypatch.setattr(os, "fsync", record)
    outputs.write_whole(Path("terms.csv"), b"new")
    assert directories == [(Path().resolve(), b"new")]
