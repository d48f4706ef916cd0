"""Standard error as JSON lines, and exit codes: what a machine, or a mail from cron, makes of a run."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NoReturn

import pytest

from support.command import ENCYCLOPEDIA, POWER, PROCESS, run
from termmine import errors, pipeline
from termmine.cli import cli, main
from termmine.cli.log import EXIT_BUG, Log
from termmine.cli.signals import SIGNALLED

DOCS = Path(__file__).parents[2] / "docs"
JSON = ("--log-format", "json")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def records(err: str) -> list[dict[str, Any]]:
    """The lines of a log, each whole and with what every line has; their times are checked and taken out."""
    parsed = [json.loads(line) for line in err.splitlines()]
    for record in parsed:
        assert list(record)[:4] == ["time", "level", "message", "command"]
        time = record.pop("time")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
        age = datetime.now(timezone.utc) - datetime.fromisoformat(time.replace("Z", "+00:00"))
        assert timedelta(0) - timedelta(seconds=1) < age < timedelta(minutes=10)
        if "exit_code" in record:
            check_figures(record)
    return parsed


def check_figures(end: dict[str, Any]) -> None:
    """Take the figures that every last line has out of it, and check how they go together."""
    seconds, peak = end.pop("seconds"), end.pop("peak_memory")
    assert 0 <= seconds < 600
    assert 20 << 20 < peak < 1 << 40
    if "stages" in end:
        n_bytes, n_records, n_bad = (end.pop(name) for name in ("n_bytes", "n_records", "n_bad_records"))
        assert 0 <= n_bad <= n_records <= n_bytes
        spent = end.pop("stages").values()
        assert min(spent, default=0) >= 0
        assert sum(spent) <= seconds + 1e-9
    else:
        assert not {"n_bytes", "n_records", "n_bad_records"} & set(end)


def failure(message: str, code: int, command: str | None = "discover") -> list[dict[str, Any]]:
    return [{"level": "error", "message": message, "command": command, "exit_code": code}]


def test_notes_and_the_end() -> None:
    plain = run("discover", POWER, "--top", 3)
    result = run("discover", POWER, "--top", 3, *JSON)
    assert (result.code, result.out) == (0, plain.out)
    note, end = records(result.err)
    assert note["level"] == "info"
    assert plain.err == f"termmine: {note['message']}\n"
    assert end == {
        "level": "info", "message": "done", "command": "discover", "exit_code": 0,
        "n_terms": 3, "n_symbols": 19398, "n_documents": 180,
    }  # fmt: skip


def test_details_and_warnings_have_their_levels() -> None:
    Path("short.txt").write_text("今天天气很好。", encoding="utf-8")
    result = run("discover", POWER, "-b", "short.txt", "-v", "--top", 1, *JSON)
    told = records(result.err)
    assert [r["level"] for r in told] == ["debug"] * 5 + ["warning"] + ["debug"] * 5 + ["info"]
    assert told[5]["message"].startswith("the background holds 6 symbols, less than a paragraph")
    assert told[1]["message"] == "corpus: 19398 symbols, 180 documents"
    assert told[8]["message"].startswith("too little text for vectors: ")


def test_quiet_leaves_errors_alone() -> None:
    assert run("discover", POWER, "-q", "--top", 1, *JSON).err == ""
    result = run("discover", "no.txt", "-q", *JSON)
    assert records(result.err) == failure("no.txt: no such file or directory: check the path", 1)


def test_the_environment_and_the_file_choose_the_format(monkeypatch: pytest.MonkeyPatch) -> None:
    told = records(run("discover", "no.txt", *JSON).err)
    Path("termmine.toml").write_text('log_format = "json"\n')
    found, *rest = records(run("discover", "no.txt").err)
    assert found == {"level": "info", "message": "settings: termmine.toml", "command": "discover"}
    assert rest == told
    plain = run("discover", "no.txt", "--log-format", "text").err.splitlines()
    assert plain[0] == "termmine: settings: termmine.toml"
    assert plain[1].startswith("termmine: error: ")
    Path("termmine.toml").unlink()
    monkeypatch.setenv("TERMMINE_LOG_FORMAT", "json")
    assert records(run("discover", "no.txt").err) == told
    assert run("discover", "no.txt", "--log-format", "text").err.startswith("termmine: error: ")


@pytest.mark.parametrize("arguments", [["discover", "x", "--tpo", "3"], ["discover"], ["discover", "x", "--top", "y"]])
def test_mistakes_in_the_command_line(arguments: list[str]) -> None:
    plain = run(*arguments)
    result = run(*arguments, *JSON)
    assert result.code == plain.code == 2
    (record,) = records(result.err)
    assert f"termmine: error: {record['message']}\n" == plain.err
    assert (record["level"], record["command"], record["exit_code"]) == ("error", "discover", 2)


def test_mistakes_before_a_command_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERMMINE_LOG_FORMAT", "json")
    (record,) = records(run("discovr").err)
    assert record["message"].startswith("No such command 'discovr'")
    assert (record["command"], record["exit_code"]) == (None, 2)
    assert records(run().err) == failure("no command given: see termmine --help", 2, None)
    monkeypatch.setenv("TERMMINE_LOG_FORMAT", "xml")
    line = "Invalid value for '--log-format': 'xml' is not one of 'text', 'json': see termmine discover --help"
    assert run("discover", "x").err == f"termmine: error: {line} (set by TERMMINE_LOG_FORMAT)\n"


def test_mistakes_in_the_settings_file() -> None:
    Path("termmine.toml").write_text("min_frequ = 3\n")
    (record,) = records(run("discover", POWER, *JSON).err)
    assert record["message"] == "termmine.toml: min_frequ: no such option: did you mean min_freq?"


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_logs(command: str) -> None:
    """Whatever it needs: without arguments, or with a stray option, the one line is JSON."""
    result = run(command, *JSON, "--no-such-option")
    (record,) = records(result.err)
    assert (record["command"], record["exit_code"], result.code) == (command, 2, 2)
    assert any("--log-format" in param.opts for param in cli.commands[command].params)


def test_an_undecodable_name_is_still_json() -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    for environment in ({"PYTHONIOENCODING": "utf-8"}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONIOENCODING": "gbk"}):
        command = [*PROCESS, "discover", name, "术语é.txt", *JSON]
        done = subprocess.run(command, capture_output=True, env={**os.environ, **environment})
        (record,) = records(done.stderr.decode(environment["PYTHONIOENCODING"], errors="replace"))
        assert record["message"].startswith("caf\udce9.txt: no such file")
    for encoding in ("utf-8", "latin-1", "gbk"):
        done = subprocess.run(
            [*PROCESS, "discover", "术语é.txt", *JSON],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": encoding},
        )
        (record,) = records(done.stderr.decode(encoding))
        assert record["message"] == "术语é.txt: no such file or directory: check the path"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_log_that_cannot_be_written_does_not_stop_the_work(form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [*PROCESS, "discover", str(POWER), "-v", "--top", "1", "-o", "terms.csv", "--log-format", form]
        subprocess.run(command, stderr=full)
        assert Path("terms.csv").read_bytes().count(b"\n") == 2
        assert subprocess.run([*PROCESS, "discover", "no.txt", "--log-format", form], stderr=full).returncode != 0
    closed = ["sh", "-c", '"$@" 2>&-', "-", *PROCESS, "discover", str(POWER), "-v", "--top", "1", "--log-format", form]
    done = subprocess.run(closed, capture_output=True)
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 2)


# --- the figures of the last line ------------------------------------------------------------------------------------


def last_line(*arguments: object) -> dict[str, Any]:
    end: dict[str, Any] = json.loads(run(*arguments, *JSON).err.splitlines()[-1])
    return end


ALWAYS = ["time", "level", "message", "command", "exit_code", "seconds", "peak_memory"]
COUNTING = ["n_bytes", "n_records", "n_bad_records", "stages"]


def test_the_whole_last_line_of_the_commands_that_count() -> None:
    """The names of all figures, in their order: machines rely on them."""
    Path("records.jsonl").write_text('{"text": "变压器的绝缘电阻"}\n{"no": 1}\n{"text": "变压器"}\n', encoding="utf-8")
    counts = ["n_symbols", "n_documents", "n_ngrams", "min_freq"]
    count = last_line("count", "records.jsonl", "-o", "a.tmc")
    assert list(count) == [*ALWAYS, *COUNTING, *counts]
    assert (count["n_bytes"], count["n_records"], count["n_bad_records"]) == (
        Path("records.jsonl").stat().st_size, 3, 1,
    )  # fmt: skip
    assert list(count["stages"]) == ["reading", "counting n-grams", "writing"]
    merge = last_line("merge", "a.tmc", "a.tmc", "-o", "b.tmc")
    assert list(merge) == [*ALWAYS, *COUNTING, *counts]
    assert (merge["n_bytes"], merge["n_records"], next(iter(merge["stages"]))) == (0, 0, "adding a.tmc")
    part = last_line("count", "records.jsonl", "--no-text", "--floor", "1", "-o", "part.tmc")
    assert list(part) == [*ALWAYS, *COUNTING, *counts, "exact_from", "n_exact"]
    assert (part["exact_from"], part["n_exact"]) == (1, part["n_ngrams"])
    discover = last_line("discover", POWER, "-b", ENCYCLOPEDIA, "-o", "terms.csv")
    assert list(discover) == [*ALWAYS, *COUNTING, "n_terms", "n_symbols", "n_documents"]
    sizes = [path.stat().st_size for path in (POWER, ENCYCLOPEDIA)]
    assert (discover["n_bytes"], discover["n_records"], discover["n_bad_records"]) == (sum(sizes), 2, 0)
    stages = {"reading the corpus", "counting n-grams", "counting in the background", "ranking", "writing"}
    assert stages < set(discover["stages"])
    tally = last_line("tally", "terms.csv", POWER, "-o", "counts.csv")
    assert list(tally) == [*ALWAYS, *COUNTING, "n_terms", "n_groups"]
    assert (tally["n_bytes"], list(tally["stages"])) == (sizes[0], [f"counting in {POWER}"])
    assert list(last_line("info", "a.tmc")) == ALWAYS


def test_a_failed_run_has_its_figures_too() -> None:
    """As far as it got: here to the bad record that ends it."""
    Path("records.jsonl").write_text('{"text": "变压器"}\n{"no": 1}\n', encoding="utf-8")
    end = last_line("count", "records.jsonl", "--strict", "-o", "a.tmc")
    assert list(end) == [*ALWAYS, *COUNTING]
    assert (end["level"], end["exit_code"], list(end["stages"])) == ("error", 1, ["reading"])
    assert (end["n_bytes"], end["n_records"]) == (Path("records.jsonl").stat().st_size, 1)
    assert list(last_line("discover", "x", "--tpo", 3)) == ALWAYS


def documented_codes(page: str, heading: str) -> set[int]:
    """The exit codes in the first table below a heading of a page."""
    lines = (DOCS / page).read_text(encoding="utf-8").partition(heading)[2].splitlines()
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[1:])
    return {int(code) for row in rows for code in re.findall(r"\d+", row.split("|")[1])}


def test_exit_codes_are_those_of_the_table() -> None:
    """One table a language has them all, and no other page lists them."""
    raised = {error.exit_code for error in vars(errors).values() if hasattr(error, "exit_code")}
    ours = {*raised, EXIT_BUG, *SIGNALLED}
    assert documented_codes("reference.md", "| Exit code | Meaning |") == ours
    assert documented_codes("manual.zh.md", "| 退出码 | 含义 |") == ours
    tables = [
        path.name for path in DOCS.glob("*.md") if re.search(r"^\| (Exit code|退出码) ", path.read_text("utf-8"), re.M)
    ]
    assert sorted(tables) == ["manual.zh.md", "reference.md"]


# --- how a run ends --------------------------------------------------------------------------------------------------


def bug(*arguments: object, **options: object) -> NoReturn:
    raise RuntimeError("two\nlines")


SUMMARY = "bug in termmine: RuntimeError: two lines: please report it with the traceback"


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_bug_is_told_with_its_traceback(
    form: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pipeline, "run_discovery", bug)
    monkeypatch.setattr(sys, "argv", ["termmine", "discover", str(POWER), "--log-format", form])
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    with pytest.raises(SystemExit) as end:
        main()
    for number, handler in before.items():
        signal.signal(number, handler)
    assert end.value.code == EXIT_BUG
    out, err = capfd.readouterr()
    assert out == ""
    if form == "text":
        assert err.startswith("Traceback (most recent call last):\n")
        assert err.splitlines()[-1] == f"termmine: error: {SUMMARY}"
        assert "RuntimeError: two\nlines\n" in err
    else:
        (record,) = records(err)
        trace = record.pop("traceback")
        assert [record] == failure(SUMMARY, EXIT_BUG)
        assert trace.startswith("Traceback (most recent call last):\n")
        assert trace.endswith("RuntimeError: two\nlines\n")


def test_warnings_of_libraries_are_lines_too(capfd: pytest.CaptureFixture[str]) -> None:
    for form in ("json", "text"):
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning = Log(form).warn
            warnings.warn("divide by zero", RuntimeWarning, stacklevel=1)
        err = capfd.readouterr().err
        if form == "json":
            expected = {"level": "warning", "message": "RuntimeWarning: divide by zero", "command": None}
            assert records(err) == [expected]
        else:
            assert re.match(r".+test_log\.py:\d+: RuntimeWarning: divide by zero\n", err)


@pytest.mark.parametrize(("signum", "what"), [(15, "ended by SIGTERM"), (1, "ended by SIGHUP"), (2, "interrupted")])
def test_a_signal_is_told(signum: int, what: str) -> None:
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " + PROCESS[-1]
    pipe = subprocess.PIPE
    command = [*PROCESS[:-1], start, "discover", "-", "-v", *JSON]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stderr is not None
        assert records(process.stderr.readline())[0]["message"] == "reading the corpus"
        process.send_signal(signum)
        told = process.stderr.read().removeprefix("\n")  # click ends the line in which the terminal shows ^C
        assert process.wait() == 128 + signum
    assert records(told) == failure(f"{what}: every output file is whole, or as it was", 128 + signum)


def test_a_hangup_that_is_to_be_ignored_is_ignored() -> None:
    """As nohup wants it."""
    command = ["nohup", *PROCESS, "discover", "-", "-v", "--top", "1", "-o", "terms.csv"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe) as process:
        assert process.stderr is not None
        assert b"termmine: reading the corpus\n" in process.stderr
        process.send_signal(signal.SIGHUP)
        process.communicate(POWER.read_bytes())
        assert process.returncode == 0
    assert Path("terms.csv").exists()


def test_explain_says_where_it_stands() -> None:
    result = run("explain", "变压器", "-c", POWER, "-b", ENCYCLOPEDIA, *JSON)
    assert records(result.err) == [{"level": "info", "message": "done", "command": "explain", "exit_code": 0}]


def test_a_name_cannot_write_lines_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would end the line, or reach the terminal, stands as its escape sequence."""
    monkeypatch.chdir(tmp_path)
    name = "a\ntermmine: error: forged \x1b[2J\u202e.txt"
    Path(name).write_text("变压器的绝缘电阻。\n" * 20, encoding="utf-8")
    Path("twice.txt").write_bytes("今天天气很好".encode("gb18030"))
    done = run("discover", name, "-b", name, "-o", "terms.csv", "-v")
    assert (done.code, "forged" in done.err) == (0, True)
    failed = run("discover", "no" + name)
    told = done.err + failed.err
    assert not set(told) & {"\x1b", "\u202e"}
    assert [line for line in told.split("\n") if line.startswith("termmine: error: forged")] == []
    assert "\\x1b[2J\\u202e.txt: no such file" in failed.err
