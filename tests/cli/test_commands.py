"""The command as a shell sees it: whole outputs, streams, exit codes.

The golden files are compared byte for byte. Numbers are the interface: rewrite them only on purpose, with

    TERMMINE_REWRITE_GOLDEN=1 pytest tests/cli/test_commands.py

and say in the CHANGELOG that results change, and why.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import click
import pytest

import termmine
from support.command import BUFFERING, ENCYCLOPEDIA, POWER, PROCESS, SAMPLE, run
from termmine.cli import cli
from termmine.runtime.progress import Progress, bar_on_terminal

GOLDEN = Path(__file__).parents[1] / "golden"
REWRITE = os.environ.get("TERMMINE_REWRITE_GOLDEN") == "1"

WITH_BACKGROUND = ["power.txt", "--background", "encyclopedia.txt"]

#: golden file -> the arguments of `termmine discover` that make it.
COMMANDS = {
    "terms.csv": [*WITH_BACKGROUND, "--top", "50"],
    "terms.tsv": [*WITH_BACKGROUND, "--top", "50", "--format", "tsv"],
    "terms.jsonl": [*WITH_BACKGROUND, "--top", "50", "--format", "jsonl"],
    "terms.txt": [*WITH_BACKGROUND, "--top", "50", "--format", "txt"],
    "terms.tbx": [*WITH_BACKGROUND, "--top", "5", "--format", "tbx"],
    "terms.jieba": [*WITH_BACKGROUND, "--top", "5", "--format", "jieba"],
    "terms.ik": [*WITH_BACKGROUND, "--top", "50", "--format", "ik"],
    "terms.hanlp": [*WITH_BACKGROUND, "--top", "5", "--format", "hanlp"],
    "terms.hanlp.csv": [*WITH_BACKGROUND, "--top", "5", "--format", "hanlp-csv"],
    "terms.pkuseg": [*WITH_BACKGROUND, "--top", "5", "--format", "pkuseg"],
    "terms.dict.yaml": [*WITH_BACKGROUND, "--top", "5", "--format", "rime"],
    "keyness.csv": [*WITH_BACKGROUND, "--top", "50", "--measure", "keyness"],
    "without_background.csv": ["power.txt", "--top", "50"],
    "any_script.csv": [*WITH_BACKGROUND, "--top", "50", "--any-script", "--min-freq", "3", "--bom"],
}
ALSO_WRITTEN = {"absorbed.csv": "--absorbed", "meta.json": "--meta"}


@pytest.fixture(autouse=True)
def _in_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLE)


def is_golden(name: str, data: bytes) -> None:
    """Compare with a golden file, or write it where that is asked for."""
    if REWRITE:
        (GOLDEN / name).write_bytes(data)
    assert data == (GOLDEN / name).read_bytes()


@pytest.mark.parametrize("name", COMMANDS)
def test_golden_output(name: str) -> None:
    result = run("discover", *COMMANDS[name], "-q")
    assert (result.code, result.err) == (0, "")
    is_golden(name, result.out)


def test_golden_files_beside_the_output(tmp_path: Path) -> None:
    options = [part for name, option in ALSO_WRITTEN.items() for part in (option, tmp_path / name)]
    result = run("discover", *WITH_BACKGROUND, "--top", 50, "-o", tmp_path / "terms.csv", *options, "-q")
    assert (result.code, result.out, result.err) == (0, b"", "")
    is_golden("terms.csv", (tmp_path / "terms.csv").read_bytes())
    for name in ALSO_WRITTEN:
        is_golden(name, (tmp_path / name).read_bytes())
    assert len(list(tmp_path.iterdir())) == 3


def test_every_golden_file_is_tested() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {*COMMANDS, *ALSO_WRITTEN}


def test_a_process_of_its_own_writes_the_same() -> None:
    """With another seed for hashes, and as the shell starts it."""
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    done = subprocess.run([*PROCESS, "discover", *COMMANDS["terms.csv"]], capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    is_golden("terms.csv", done.stdout)


@pytest.mark.parametrize("environment", BUFFERING)
def test_head_ends_quietly(environment: dict[str, str]) -> None:
    """The whole list is larger than a pipe holds, and its reader leaves after a line."""
    pipe = subprocess.PIPE
    command = [*PROCESS, "discover", *WITH_BACKGROUND]
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"term,score,")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


# --- what is told on stderr ------------------------------------------------------------------------------------------


def test_quiet_says_nothing() -> None:
    result = run("discover", "power.txt", "-q", "-v", "--top", 1)
    assert (result.code, result.err) == (0, "")


def test_without_a_terminal_there_is_no_bar() -> None:
    result = run("discover", *WITH_BACKGROUND, "--top", 1)
    assert (result.code, result.err) == (0, "")


def test_verbose_tells_each_stage_and_the_signature() -> None:
    result = run("discover", *WITH_BACKGROUND, "-v", "--top", 1)
    *stages, last = result.err.splitlines()
    assert stages == [
        "termmine: reading the corpus",
        "termmine: corpus: 19398 symbols, 180 documents",
        "termmine: counting n-grams",
        "termmine: selecting candidates",
        "termmine: counting in the background",
        "termmine: background: 19790 symbols",
        "termmine: comparing uses",
        "termmine: too little text for vectors: ranked without the company that terms keep",
        "termmine: ranking",
    ]
    told, _, signature = last.partition("; signature: ")
    assert told == "termmine: 1 term"
    assert json.loads(signature)["background"] == {"n_symbols": 19790, "name": "encyclopedia.txt"}


def test_a_bar_on_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with Progress(show=bar_on_terminal).stage("reading the corpus", 2000) as advance:
        advance(1000)
        time.sleep(0.35)  # a stage that is over sooner shows no bar
        advance(500)
    out, err = capfd.readouterr()
    assert out == ""
    assert "reading the corpus" in err
    assert "1.50k/2.00k" in err


def test_the_library_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    termmine.discover(POWER, ENCYCLOPEDIA, top=1)
    assert capfd.readouterr() == ("", "")


# --- help ------------------------------------------------------------------------------------------------------------


def test_version() -> None:
    assert run("--version") == run("--version", "discover")
    assert run("--version").out.decode() == f"termmine, version {termmine.__version__}\n"
    assert run("--version").code == 0


@pytest.mark.parametrize("command", [None, *cli.commands])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help(command: str | None, flag: str) -> None:
    result = run(*([command] if command else []), flag)
    assert (result.code, result.err) == (0, "")
    text = result.out.decode()
    assert text.startswith(f"Usage: termmine {command or '[OPTIONS] COMMAND'}")
    assert max(map(len, text.splitlines())) <= 100
    for name in cli.commands if command is None else ():
        assert f"\n  {name} " in text


@pytest.mark.parametrize("command", cli.commands)
def test_every_option_has_help(command: str) -> None:
    for option in cli.commands[command].params:
        assert isinstance(option, click.Argument) or getattr(option, "help", None), option.name
    assert cli.commands[command].help


def test_without_a_command_there_is_help() -> None:
    result = run()
    assert (result.code, result.out) == (2, b"")
    assert result.err.startswith("Usage: termmine [OPTIONS] COMMAND [ARGS]...\n")
