"""Each error is one whole line on stderr and an exit code: no traceback, no output, nothing half-written."""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest

import termmine
from support.command import BUFFERING, ENCYCLOPEDIA, POWER, PROCESS, Run, run
from termmine import EmptyResultError, TermmineError, UsageError
from termmine.formats.write import WRITERS
from termmine.measures import MEASURES
from termmine.readers.files import UNPACKERS, zstd

TEXT = "检查变压器的绝缘电阻，更换变压器油。\n变压器跳闸后，测量绝缘电阻！\n" * 20


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own with a corpus in it, so that messages name short paths."""
    monkeypatch.chdir(tmp_path)
    Path("corpus.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def fails(*arguments: object, line: str, code: int = 1, stdin: bytes = b"", quiet: bool = True) -> None:
    """Run `discover`, and see it fail with this line, and this directory left as it was."""
    before = {path: path.lstat().st_mtime_ns for path in Path().rglob("*")}
    result = run("discover", *arguments, *["-q"] * quiet, stdin=stdin)
    assert result == Run(code, b"", f"termmine: error: {line}\n")
    assert {path: path.lstat().st_mtime_ns for path in Path().rglob("*")} == before


def test_the_corpus_of_these_tests_is_good() -> None:
    result = run("discover", "corpus.txt", "-q")
    assert (result.code, result.err) == (0, "")
    assert "变压器," in result.out.decode()


# --- what is read ----------------------------------------------------------------------------------------------------


def test_missing_file() -> None:
    fails("nothing.txt", line="nothing.txt: no such file or directory: check the path")


def test_missing_background() -> None:
    fails("corpus.txt", "-b", "nothing.txt", line="nothing.txt: no such file or directory: check the path")


def test_empty_name() -> None:
    line = "an input has an empty name: name a file, a directory (. for this one), or -"
    fails("", line=line, code=2)
    fails("corpus.txt", "-b", "", line=line, code=2)
    fails("corpus.txt", "--like", "", line=line, code=2)


def test_empty_directory() -> None:
    Path("empty").mkdir()
    Path("empty/.hidden").write_text(TEXT)
    fails("empty", line="empty: the directory holds no files: give a directory with text files")


def test_directory_without_text() -> None:
    Path("images").mkdir()
    Path("images/a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    fails(
        "images", line="images: no file here is text by its name: left out 1 file: 1 .png; --include '*.png' takes them"
    )
    Path("images/b.txt").write_bytes(b"\x89PNG\0")
    fails("images", line="images/b.txt: no file here holds text: give a directory with text files")


@pytest.mark.parametrize("text", ["", "\n\n \n", "，。！？……", "\ufeff"])
def test_empty_corpus(text: str) -> None:
    Path("empty.txt").write_text(text, encoding="utf-8")
    fails("empty.txt", line="empty.txt: the corpus is empty: give text with words in it")


def test_empty_standard_input() -> None:
    fails("-", line="-: the corpus is empty: give text with words in it")


@pytest.mark.parametrize("text", ["air motor\n" * 9, "かなカナ\n" * 9, "напряжение 10kV\n" * 9])
def test_corpus_without_a_han_character(text: str) -> None:
    Path("latin.txt").write_text(text, encoding="utf-8")
    fails(
        "latin.txt",
        line="latin.txt: holds no Han character: check its --encoding, or use --any-script for other writing",
    )


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs /proc")
def test_file_that_cannot_be_read() -> None:
    line = "/proc/self/mem: Input/output error: check the path and the permissions"
    fails("/proc/self/mem", line=line)
    fails("corpus.txt", "-b", "/proc/self/mem", line=line)


def test_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The permissions themselves do not bind root, as whom tests often run: so the refusal is played."""

    really_open = Path.open

    def refuse(path: Path, *arguments: Any, **keywords: Any) -> Any:
        if path.name == "corpus.txt":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return really_open(path, *arguments, **keywords)

    monkeypatch.setattr(Path, "open", refuse)
    fails("corpus.txt", line="corpus.txt: Permission denied: check the path and the permissions")


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_file_and_directory_without_permissions() -> None:
    Path("corpus.txt").chmod(0)
    fails("corpus.txt", line="corpus.txt: Permission denied: check the path and the permissions")
    Path("closed").mkdir(mode=0)
    fails("closed", line="closed: Permission denied: check the permissions")


@pytest.mark.parametrize("name", ["klingon", "hex"])
def test_unknown_encoding(name: str) -> None:
    line = f"--encoding {name}: unknown encoding: try utf-8, gb18030, big5 or utf-16, or leave it out"
    fails("corpus.txt", "--encoding", name, line=line, code=2)


@pytest.mark.parametrize(("written", "told"), [("gb18030", "utf-8"), ("utf-8", "gb18030"), ("utf-8", "utf-16")])
def test_wrong_encoding(written: str, told: str) -> None:
    Path("corpus.txt").write_bytes(POWER.read_text(encoding="utf-8").encode(written))
    line = f"corpus.txt: is not {told}: give another --encoding, or leave it out to have it found"
    fails("corpus.txt", "--encoding", told, line=line)


PACKERS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda data: zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1}),  # as zstd(1) does
}


def _is_damaged(name: str, data: bytes) -> None:
    Path(name).write_bytes(data)
    result = run("discover", name, "-q", "-o", "terms.csv")
    line = rf"termmine: error: {re.escape(name)}: damaged or truncated \(.+\): fetch or pack the file again\n"
    assert (result.code, result.out) == (1, b"")
    assert re.fullmatch(line, result.err)
    assert not Path("terms.csv").exists()


@pytest.mark.parametrize("extension", sorted(UNPACKERS))
def test_truncated_file(extension: str) -> None:
    packed = PACKERS[extension](POWER.read_bytes())
    _is_damaged("corpus" + extension, packed[:-10])
    _is_damaged("corpus" + extension, packed[: len(packed) // 2])


@pytest.mark.parametrize("extension", sorted(UNPACKERS))
def test_damaged_file(extension: str) -> None:
    packed = bytearray(PACKERS[extension](POWER.read_bytes()))
    packed[len(packed) // 2] ^= 0xFF
    _is_damaged("corpus" + extension, bytes(packed))


@pytest.mark.parametrize("extension", sorted(UNPACKERS))
def test_file_that_is_not_packed_as_its_name_says(extension: str) -> None:
    _is_damaged("corpus" + extension, TEXT.encode())


def test_binary_file() -> None:
    Path("program").write_bytes(Path(sys.executable).read_bytes()[:5000])
    line = "program: is a binary file: give plain text, or name the --encoding if it is UTF-16"
    fails("program", line=line)
    fails("corpus.txt", "-b", "program", line=line)


def test_neither_utf_8_nor_gb18030() -> None:
    Path("noise").write_bytes(b"\xff\xfc\xfb" * 50)
    line = "noise: is neither UTF-8 nor GB18030 text: name its --encoding, or give plain text"
    fails("noise", line=line)


# --- what is asked for -----------------------------------------------------------------------------------------------


def test_unknown_measure() -> None:
    line = f"unknown measure 'tfidf': choose one of {', '.join(MEASURES)}"
    fails("corpus.txt", "--measure", "tfidf", line=line, code=2)


def test_unknown_format() -> None:
    line = f"unknown format 'xls': choose one of {', '.join(WRITERS)}"
    fails("corpus.txt", "--format", "xls", line=line, code=2)


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("--top", "0", "must be at least 1"),
        ("--top", "9" * 20, "must be at most 1e+12"),
        ("--min-freq", "9" * 20, "must be at most 1e+12"),
        ("--min-doc-freq", "9" * 20, "must be at most 1e+12"),
        ("--min-background-freq", "9" * 20, "must be at most 1e+12"),
        ("--threads", "0", "must be at least 1"),
        ("--memory", "17592186044417M", "must be at most 16T"),
        ("--top", "-3", "must be at least 1"),
        ("--min-freq", "0", "must be at least 1"),
        ("--min-doc-freq", "0", "must be at least 1"),
        ("--min-background-freq", "-1", "must be at least 0"),
        ("--min-left-entropy", "-0.5", "must be at least 0"),
        ("--min-cohesion", "nan", "give a finite number"),
        ("--min-score", "inf", "give a finite number"),
        ("--min-independence", "1.5", "must be at most 1"),
        ("--max-length", "1", "must be at least 2"),
        ("--max-length", "101", "must be at most 100"),
        ("--document", "page", "choose one of line, file"),
    ],
)
def test_option_out_of_range(option: str, value: str, problem: str) -> None:
    fails("corpus.txt", option, value, line=f"{option} {value}: {problem}", code=2)


@pytest.mark.parametrize("n", [100_000, 1 << 63])
def test_more_threads_than_any_machine_has_cores(n: int) -> None:
    result = run("discover", "corpus.txt", "--threads", n)
    line = rf"termmine: error: --threads {n}: must be at most \d+: more than the cores gain nothing\n"
    assert (result.code, result.out) == (2, b"")
    assert re.fullmatch(line, result.err)


def test_more_memory_than_any_machine_has_is_all_that_there_is() -> None:
    assert run("discover", "corpus.txt", "-q", "--memory", "16T") == run("discover", "corpus.txt", "-q")


def test_a_field_with_a_name_too_long() -> None:
    line = f"--field {'9' * 20}...: must be at most 1000 characters long"
    fails("corpus.txt", "--field", "9" * 5000, line=line, code=2)


@pytest.mark.parametrize(
    "arguments",
    [["discover", "corpus.txt", "--top", "many"], ["discover", "corpus.txt", "--tpo", "3"], ["discover"], ["find"]],
)
def test_click_refuses_in_one_line(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, b"")
    assert re.fullmatch(r"termmine: error: .+: see termmine( \w+)? --help\n", result.err)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"top": 0}, "--top 0: must be at least 1"),
        ({"top": 2.5}, "--top 2.5: must be of type int"),
        ({"top": True}, "--top True: must be of type int"),
        ({"min_freq": "3"}, "--min-freq '3': must be of type int"),
        ({"any_script": 1}, "--any-script 1: must be of type bool"),
        ({"measure": None}, "--measure None: must be of type str"),
        ({"measure": "tfidf"}, f"unknown measure 'tfidf': choose one of {', '.join(MEASURES)}"),
    ],
)
def test_the_library_refuses_in_the_same_words(options: dict[str, object], problem: str) -> None:
    with pytest.raises(UsageError) as error:
        termmine.discover([TEXT], **options)
    assert str(error.value) == problem


def test_the_library_lists_the_options_that_it_knows() -> None:
    with pytest.raises(UsageError, match=r"^unknown option 'minimum': choose from source, background, memory, "):
        termmine.discover([TEXT], minimum=3)


def test_documents_that_are_no_text() -> None:
    with pytest.raises(
        UsageError,
        match=r"^the corpus holds a bytes \(number 1\): each document must be a str \(give several paths as a list\)$",
    ):
        termmine.discover([TEXT.encode()])  # type: ignore[list-item]


def test_an_iterator_that_is_used_up() -> None:
    texts = iter([TEXT])
    termmine.discover(texts)
    with pytest.raises(TermmineError, match=r"^the given texts: the corpus is empty: give text with words in it$"):
        termmine.discover(texts)


def test_standard_input_twice() -> None:
    line = "- is given more than once: standard input can be read only once"
    fails("-", "-", line=line, code=2, stdin=TEXT.encode())
    fails("-", "-b", "-", line=line, code=2, stdin=TEXT.encode())
    fails("-", "--like", "-", line=line, code=2, stdin=TEXT.encode())


# --- what is written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--output", "--absorbed", "--meta"])
def test_output_directory_is_missing(option: str) -> None:
    line = "no/such/terms.csv: the directory no/such does not exist: create it first"
    fails("corpus.txt", option, "no/such/terms.csv", line=line, code=2)


@pytest.mark.parametrize("option", ["--output", "--absorbed", "--meta"])
@pytest.mark.parametrize("name", ["corpus.txt", "./corpus.txt", "link.txt", "hard.txt"])
def test_output_equals_input(option: str, name: str) -> None:
    Path("link.txt").symlink_to("corpus.txt")
    Path("hard.txt").hardlink_to("corpus.txt")
    path = Path(name)
    fails("corpus.txt", option, name, line=f"{path}: is an input: choose another output file", code=2)
    fails(
        ENCYCLOPEDIA, "-b", "corpus.txt", option, name, line=f"{path}: is an input: choose another output file", code=2
    )


def test_output_lies_in_the_input_directory() -> None:
    Path("texts").mkdir()
    Path("texts/a.txt").write_text(TEXT)
    line = "texts/terms.csv: lies in the input texts: choose another place, or the next run reads it"
    fails("texts", "-o", "texts/terms.csv", line=line, code=2)


def test_output_is_a_directory() -> None:
    Path("out").mkdir()
    fails("corpus.txt", "-o", "out", line="out: is a directory: name a file in it", code=2)


@pytest.mark.parametrize(
    "outputs",
    [
        ["-o", "terms.csv", "--meta", "terms.csv"],
        ["-o", "terms.csv", "--meta", "./terms.csv"],
        ["--absorbed", "a/terms.csv", "--meta", "a/../a/terms.csv"],
        ["-o", "a/terms.csv", "--absorbed", "link/terms.csv"],
        ["--meta", "-"],
    ],
)
def test_two_outputs_have_one_path(outputs: list[str]) -> None:
    Path("a").mkdir()
    Path("link").symlink_to("a")
    fails("corpus.txt", *outputs, line="two outputs have the same path: give each its own", code=2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("environment", BUFFERING)
@pytest.mark.parametrize("top", ["2", "999"])
def test_disk_full_behind_standard_output(environment: dict[str, str], top: str) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [*PROCESS, "discover", "corpus.txt", "-q", "--top", top]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
    assert done.returncode == 1
    assert done.stderr == (
        "termmine: error: standard output: No space left on device: free some space or choose another place\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_disk_full_behind_a_device() -> None:
    fails(
        "corpus.txt", "-o", "/dev/full",
        line="/dev/full: No space left on device: nothing was written; free some space or choose another place",
    )  # fmt: skip


@pytest.mark.parametrize("old", [None, b"yesterday"])
def test_disk_full_while_writing(monkeypatch: pytest.MonkeyPatch, old: bytes | None) -> None:
    Path("out").mkdir()
    if old is not None:
        Path("out/terms.csv").write_bytes(old)

    def full(descriptor: int) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    place = Path("out/terms.csv").resolve()
    result = run("discover", "corpus.txt", "-q", "-o", "out/terms.csv")
    assert result == Run(
        1,
        b"",
        f"termmine: error: {place}: No space left on device: nothing was written; "
        "free some space or choose another place\n",
    )
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == ({"terms.csv": old} if old else {})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("environment", BUFFERING)
def test_disk_full_behind_help(environment: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PROCESS, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "No space left on device" in done.stderr


def test_output_is_a_link_to_itself() -> None:
    Path("loop.csv").symlink_to("loop.csv")
    line = "loop.csv: is a link that leads to itself: choose another output file"
    fails("corpus.txt", "-o", "loop.csv", line=line, code=2)


def _may_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    trial = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=4k tmpfs /mnt"]
    return subprocess.run(trial, capture_output=True).returncode == 0


@pytest.mark.skipif(not _may_mount(), reason="needs the right to mount")
def test_disk_that_is_really_full(tmp_path: Path) -> None:
    """On a file system of 16 KB, in a mount namespace that ends with the process."""
    script = (
        "mkdir small && mount -t tmpfs -o size=16k tmpfs small && echo yesterday > small/terms.csv || exit 99\n"
        '"$@"; code=$?; ls -A small; cat small/terms.csv; exit $code'
    )
    command = [*PROCESS, "discover", str(POWER), "-q", "-o", "small/terms.csv"]
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "-", *command], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == "terms.csv\nyesterday\n"
    assert done.stderr == (
        f"termmine: error: {tmp_path}/small/terms.csv: No space left on device: nothing was written; "
        "free some space or choose another place\n"
    )


# --- what is found ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [0, 1, 3])
def test_short_background_is_a_warning(times: int) -> None:
    Path("short.txt").write_text("今天天气很好，我们一起去公园散步。" * times, encoding="utf-8")
    result = run("discover", "corpus.txt", "-b", "short.txt")
    assert result.code == 0
    assert "变压器," in result.out.decode()
    assert result.err == (
        f"termmine: warning: the background holds {15 * times} symbols, less than a paragraph: "
        "every term will look characteristic; give more general text\n"
    )
    assert run("discover", "corpus.txt", "-b", "short.txt", "-q") == Run(0, result.out, "")


def test_empty_result_says_which_threshold() -> None:
    line = "no term is left: nothing occurs 1000 times (--min-freq): lower that, or give more text"
    fails("corpus.txt", "--min-freq", 1000, line=line)


@pytest.mark.parametrize(
    "flag",
    [
        "--min-doc-freq", "--min-cohesion", "--min-left-entropy", "--min-right-entropy",
        "--min-background-freq", "--min-keyness", "--min-log-ratio", "--min-score",
    ],
)  # fmt: skip
def test_every_threshold_can_be_the_reason(flag: str) -> None:
    result = run("discover", "corpus.txt", "-q", flag, 10**9, "-o", "terms.csv")
    column = flag.removeprefix("--min-").replace("-", "_")
    assert re.fullmatch(
        r"termmine: error: no term is left: of \d+ (n-grams that occur 2 times or more|candidates|that passed the "
        rf"rules before), none has a {column} of 1e\+09 or more \({flag}\): lower that threshold, or give more text\n",
        result.err,
    )
    assert (result.code, result.out) == (1, b"")
    assert not Path("terms.csv").exists()


def test_text_that_is_too_short_says_why() -> None:
    line = "no term is left: nothing occurs 2 times (--min-freq): lower that, or give more text"
    fails("-", line=line, stdin="变压器的油".encode())
    with pytest.raises(EmptyResultError, match=re.escape(line)):
        termmine.discover(["变压器的油"])


def test_good_terms_that_do_not_occur() -> None:
    Path("good.txt").write_text("卷积神经网络\n深度学习\n", encoding="utf-8")
    line = (
        "good.txt: none of its 2 terms is a candidate of this corpus: give terms that occur in it, or use --min-score"
    )
    fails("corpus.txt", "--like", "good.txt", line=line)
    fails("corpus.txt", "--like", "bad.txt", line="bad.txt: no such file or directory: check the path")
    Path("bad.txt").write_text("\n", encoding="utf-8")
    fails("corpus.txt", "--like", "bad.txt", line="bad.txt: holds no words: give a file with one word a line")


def test_output_equals_the_good_terms() -> None:
    Path("good.txt").write_text("变压器\n", encoding="utf-8")
    line = "good.txt: is an input: choose another output file"
    fails("corpus.txt", "--like", "good.txt", "-o", "good.txt", line=line, code=2)


def test_a_name_that_no_file_can_have() -> None:
    name = "x" * 300
    fails(name, line=f"{name}: File name too long: check the path and the permissions")
    fails("corpus.txt", "-o", name, line=f"{name}: File name too long: choose another output file", code=2)


# --- interruption ----------------------------------------------------------------------------------------------------


SIGNALS = [  # click ends the line in which the terminal shows ^C
    (signal.SIGINT, 130, "\ntermmine: error: interrupted: every output file is whole, or as it was\n"),
    (signal.SIGTERM, 143, "termmine: error: ended by SIGTERM: every output file is whole, or as it was\n"),
    (signal.SIGHUP, 129, "termmine: error: ended by SIGHUP: every output file is whole, or as it was\n"),
]


@pytest.mark.parametrize(("signum", "code", "line"), SIGNALS)
def test_interrupted_while_reading(signum: int, code: int, line: str) -> None:
    """A signal to a process that waits for its input; a shell may have started us with SIGINT ignored."""
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " + PROCESS[-1]
    command = [*PROCESS[:-1], start, "discover", "-", "-v", "-o", "terms.csv"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stderr is not None
        for told in process.stderr:
            if told == "termmine: reading the corpus\n":
                break
        process.send_signal(signum)
        assert process.stderr.read() == line
        assert process.wait() == code
    assert [path.name for path in Path().iterdir()] == ["corpus.txt"]


def test_interrupted_with_a_thread_that_waits_for_ever() -> None:
    """As one does for a lock that the signal has left taken: llvmlite's, around each call of its own."""
    start = "import threading; threading.Thread(target=threading.Event().wait).start(); " + PROCESS[-1]
    pipe = subprocess.PIPE
    command = [*PROCESS[:-1], start, "discover", "-", "-v"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"termmine: reading the corpus\n"
        process.terminate()
        try:
            assert process.wait(30) == 143
        finally:
            process.kill()


@pytest.mark.parametrize(("signum", "code", "line"), SIGNALS)
def test_interrupted_while_writing(monkeypatch: pytest.MonkeyPatch, signum: int, code: int, line: str) -> None:
    """At the worst moment: all is in the temporary file, which has not got its name yet."""
    Path("terms.csv").write_bytes(b"yesterday")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(os, "fsync", lambda descriptor: os.kill(os.getpid(), signum))
    try:
        result = run("discover", "corpus.txt", "-q", "-o", "terms.csv")
    finally:
        signal.signal(signal.SIGINT, before)
    assert result == Run(code, b"", line)
    assert Path("terms.csv").read_bytes() == b"yesterday"
    assert sorted(path.name for path in Path().iterdir()) == ["corpus.txt", "terms.csv"]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals are heeded at once there")
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(("signum", "code", "line"), SIGNALS)
def test_interrupted_where_an_exception_would_do_harm(
    monkeypatch: pytest.MonkeyPatch, signum: int, code: int, line: str, times: int
) -> None:
    """In numba the run goes on until that is done, or until the second signal."""
    steps: list[str] = []

    def kill() -> None:
        os.kill(os.getpid(), signum)

    of_numba: dict[str, Any] = {"__name__": "numba.core", "kill": kill, "steps": steps, "sleep": time.sleep}
    exec(  # as numba's own code
        "def work(times):\n for _ in range(times):\n  kill()\n  steps.append('on')\n sleep(0.1)\n steps.append('done')",
        of_numba,
    )

    def fsync(descriptor: int) -> None:
        of_numba["work"](times)
        time.sleep(20)
        steps.append("heedless")

    monkeypatch.setattr(os, "fsync", fsync)
    handlers = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGALRM)}
    try:
        result = run("discover", "corpus.txt", "-q", "-o", "terms.csv")
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert result == Run(code, b"", line)
    assert steps == (["on", "done"] if times == 1 else ["on"])
    assert [path.name for path in Path().iterdir()] == ["corpus.txt"]


def test_out_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(descriptor: int) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr(os, "fsync", exhausted)
    line = "out of memory: raise --min-freq, lower --max-length, or give the corpus in parts"
    fails("corpus.txt", "-o", "terms.csv", line=line)
