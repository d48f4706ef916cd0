"""What a person meets at a terminal: a table, a closing line, completion, help that leads on."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import click
import pytest

from support.command import ENCYCLOPEDIA, POWER, run
from termmine.cli import cli
from termmine.cli.help import COMMANDS, EXAMPLES, grouped, option_groups
from termmine.cli.table import SHOWN, as_table
from termmine.meaning import vectors
from termmine.measures import MEASURES
from termmine.text.display import display_width, wrapped

SCRIPTS = str(Path(sys.executable).parent)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the files that the examples name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    shutil.copy(POWER, "corpus.txt")
    shutil.copy(ENCYCLOPEDIA, "wiki.txt")
    return tmp_path


# --- discover --------------------------------------------------------------------------------------------------------


def test_a_terminal_shows_the_best_terms_and_how_many_more_there_are() -> None:
    result = run("discover", "corpus.txt", "-b", "wiki.txt", terminal=True)
    assert result.code == 0
    header, *rows = result.out.decode().splitlines()
    assert header.split()[:3] == ["term", "score", "freq"]
    assert len(rows) == SHOWN
    assert max(display_width(line) for line in [header, *rows]) <= 80
    in_a_pipe = run("discover", "corpus.txt", "-b", "wiki.txt").out.decode().splitlines()
    assert [row.split()[1] for row in rows] == [line.split(",")[0] for line in in_a_pipe[1 : SHOWN + 1]]
    n = f"{len(in_a_pipe) - 1:,}"
    assert result.err == f"termmine: the best {SHOWN} of {n} terms: all of them go into a file with -o terms.csv\n"


def test_a_wider_window_shows_more_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = []
    for width in ("40", "80", "200"):
        monkeypatch.setenv("COLUMNS", width)
        headers.append(run("discover", "corpus.txt", "--top", 3, "-q", terminal=True).out.decode().split("\n")[0])
    assert headers[0].split() == headers[1].split()[: len(headers[0].split())]
    assert headers[1].split() == headers[2].split()[: len(headers[1].split())]
    assert len(headers[0].split()) < len(headers[1].split()) < len(headers[2].split())


def test_few_terms_are_shown_without_a_note() -> None:
    result = run("discover", "corpus.txt", "-b", "wiki.txt", "--top", 3, terminal=True)
    assert (result.out.count(b"\n"), result.err) == (4, "")


def test_a_format_that_is_named_is_written_to_a_terminal_too() -> None:
    there = run("discover", "corpus.txt", "-b", "wiki.txt", "-f", "csv", terminal=True)
    assert there == run("discover", "corpus.txt", "-b", "wiki.txt")


def test_a_sentence_is_cut_where_the_window_ends() -> None:
    import numpy as np

    columns = {
        "term": np.array(["变压器"], dtype=object),
        "context_1": np.array(["变压器的绝缘电阻" * 9], dtype=object),
    }
    header, row = as_table(columns, 40).splitlines()
    assert header.split() == ["term", "context_1"]
    assert display_width(row) in (39, 40)
    assert [line.split() for line in as_table(columns, 20).splitlines()] == [["term"], ["1", "变压器"]]


@pytest.mark.parametrize("arguments", [["discover", "corpus.txt", "-f", "xlsx"], ["export", "-", "--to", "xlsx"]])
def test_a_terminal_is_spared_what_is_no_text(arguments: list[str]) -> None:
    result = run(*arguments, stdin=b"term\n\xe5\x8f\x98\n", terminal=True)
    assert (result.code, result.out) == (2, b"")
    assert result.err == "termmine: error: xlsx: a terminal cannot show it: name a file, as in -o terms.xlsx\n"
    assert run(*arguments, stdin="term\n变压器\n".encode()).code == 0


def test_the_extension_of_the_output_chooses_the_format() -> None:
    for name, begin in {"a.tsv": b"term\t", "a.XLSX": b"PK", "a.jsonl": b"{", "a.dic": b"term,", "a": b"term,"}.items():
        assert run("discover", "corpus.txt", "-b", "wiki.txt", "--top", 3, "-q", "-o", name).code == 0
        assert Path(name).read_bytes().startswith(begin)
    assert run("discover", "corpus.txt", "-b", "wiki.txt", "--top", 3, "-q", "-o", "b.tsv", "-f", "csv").code == 0
    assert Path("b.tsv").read_bytes().startswith(b"term,")


def test_the_end_is_told() -> None:
    result = run("discover", "corpus.txt", "-b", "wiki.txt", "-o", "terms.csv")
    n = Path("terms.csv").read_bytes().count(b"\n") - 1
    assert n > 1000
    assert re.fullmatch(rf"termmine: {n:,} terms in terms.csv, \d+\.\d s\n", result.err)
    result = run("export", "terms.csv", "--to", "txt", "-o", "terms.txt")
    assert re.fullmatch(rf"termmine: {n:,} terms in terms.txt, \d+\.\d s\n", result.err)
    assert run("discover", "corpus.txt", "-b", "wiki.txt", "-o", "terms.csv", "-q").err == ""
    assert re.search(
        r"termmine: 1 term in terms.csv, ", run("discover", "corpus.txt", "--top", 1, "-o", "terms.csv").err
    )


# --- contexts --------------------------------------------------------------------------------------------------------


def test_a_concordance_fits_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (60, 80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = run("contexts", "变压器", "corpus.txt", terminal=True).out.decode().splitlines()
        assert width - 4 <= max(map(display_width, lines)) <= width
    in_a_pipe = run("contexts", "变压器", "corpus.txt")
    assert in_a_pipe == run("contexts", "变压器", "corpus.txt", "--width", 80, terminal=True)


# --- completion ------------------------------------------------------------------------------------------------------


def completions(line: str, shell: str = "bash") -> list[str]:
    """What bash's own completion offers at the end of a line, by the script that termmine prints."""
    words = line.split(" ")
    script = (
        'eval "$(termmine completion bash)"\n'
        f"COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}\n"
        'compopt() { COMPREPLY+=("<$2>"); }\n'  # of readline, which is not there
        "_termmine_completion termmine\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    environment = os.environ | {"PATH": SCRIPTS + os.pathsep + os.environ["PATH"]}
    done = subprocess.run([shell, "--norc", "-c", script], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


pytest_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@pytest_bash
def test_bash_completes_commands_options_and_values() -> None:
    assert completions("termmine exp") == ["explain", "export"]
    assert completions("termmine discover corpus.txt --min-f") == ["--min-freq"]
    assert completions("termmine discover corpus.txt --measure log_r") == ["log_ratio", "log_ratio_bound"]
    assert completions("termmine discover corpus.txt -f hanlp") == ["hanlp", "hanlp-csv"]
    assert completions("termmine export terms.csv --to pk") == ["pkuseg"]
    assert completions("termmine count corpus.txt --document ") == ["line", "file"]
    assert completions("termmine discover corpus.txt --input-format wiki") == ["wikiextractor"]
    assert completions("termmine completion z") == ["zsh"]
    assert completions("termmine help con") == ["contexts", "config"]


@pytest_bash
def test_bash_completes_paths() -> None:
    for line in ("discover ", "discover cor", "discover corpus.txt -b w", "count corpus.txt -o ", "contexts 变压器 c"):
        assert completions(f"termmine {line}") == ["<default>"]  # bash's own completion of file names


@pytest_bash
def test_bash_completes_the_columns_of_the_corpus() -> None:
    Path("a.csv").write_text("id,标题,正文\n1,a,b\n", encoding="utf-8-sig")
    Path("a.jsonl").write_text('{"title": "a", "body": "b"}\n')
    assert completions("termmine discover a.csv --field ") == ["id", "标题", "正文"]
    assert completions("termmine discover a.jsonl --field b") == ["body"]
    Path("a.json").write_text('[\n  {"id": 1,\n   "body": "变压器"},\n  {"id": 2}\n]\n', encoding="utf-8")
    assert completions("termmine discover a.json --field ") == ["id", "body"]
    assert completions("termmine discover missing.csv --field ") == []


@contextlib.contextmanager
def living(*command: str) -> Iterator[int]:
    """A shell at a terminal of its own, which keys can be sent to."""
    pty = pytest.importorskip("pty")
    environment = os.environ | {"PATH": SCRIPTS + os.pathsep + os.environ["PATH"], "PS1": "> ", "TERM": "dumb"}
    pid, terminal = pty.fork()
    if not pid:
        os.execvpe(command[0], command, environment)
    try:
        yield terminal
    finally:
        os.close(terminal)
        os.kill(pid, 9)
        os.waitpid(pid, 0)


@pytest_bash
def test_tab_in_a_living_bash_completes_a_path() -> None:
    with living("bash", "--norc", "-i") as terminal:
        os.write(terminal, b'eval "$(termmine completion bash)"; echo rea""dy\n')
        _until(terminal, "ready")
        os.write(terminal, b"termmine discover corp\t")
        assert "corpus.txt" in _until(terminal, "corpus.txt")


def _until(terminal: int, text: str) -> str:
    """What a terminal shows until that text comes; the test fails where it never does."""
    import select

    shown = ""
    while text not in shown:
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, shown
        shown += os.read(terminal, 4096).decode(errors="replace")
    return shown


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_tab_in_a_living_zsh() -> None:
    with living("zsh", "-f", "-i") as terminal:
        os.write(terminal, b'autoload -Uz compinit && compinit -u -D; eval "$(termmine completion zsh)"\n')
        os.write(terminal, b'echo rea""dy\n')
        _until(terminal, "ready")
        for typed, completed in {
            b"termmine disc\t": "discover ", b"termmine discover corp\t": "corpus.txt ",
            b"termmine discover corpus.txt --min-f\t": "--min-freq ", b"termmine export x --to pk\t": "pkuseg ",
        }.items():  # fmt: skip
            os.write(terminal, typed)
            _until(terminal, completed)
            os.write(terminal, b"\x15")  # Control-U: an empty line again


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish_completes_and_explains(tmp_path: Path) -> None:
    Path("a.csv").write_text("id,标题,正文\n1,a,b\n", encoding="utf-8-sig")
    lines = {
        "termmine exp": ["explain", "export"], "termmine discover corp": ["corpus.txt"],
        "termmine discover corpus.txt --min-f": ["--min-freq"], "termmine export x --to pk": ["pkuseg"],
        "termmine discover corpus.txt --measure log_r": ["log_ratio", "log_ratio_bound"],
        "termmine discover a.csv --field ": ["id", "标题", "正文"],
    }  # fmt: skip
    script = "termmine completion fish | source\n"
    script += "".join(f"echo ==; complete -C {shlex.quote(line)}\n" for line in lines)
    environment = os.environ | {
        "PATH": SCRIPTS + os.pathsep + os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8",
        "TERMMINE_LANG": "en",
    }  # fmt: skip
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    offered = [part.splitlines() for part in done.stdout.split("==\n")[1:]]
    assert [[item.partition("\t")[0] for item in items] for items in offered] == list(lines.values())
    explanation = (
        "Write a list of TERMS, which discover made and you may have edited, in the format that another program"
    )
    assert offered[0][1] == f"export\t{explanation} reads."


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_offered_is_explained_in_the_users_language(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from termmine.cli.language import load_language

    speak = load_language(language)
    for words, value, text in [
        ("termmine disc", "discover", (cli.commands["discover"].help or "").split("\n\n")[0]),
        ("termmine discover corpus.txt --bom", "--bom", "Begin csv, tsv or txt with a byte order mark, for Excel."),
    ]:
        monkeypatch.setenv("_TERMMINE_COMPLETE", "zsh_complete")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
        monkeypatch.setenv("TERMMINE_LANG", language)
        assert run().out.decode() == f"plain\n{value}\n{speak.text(text)}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_its_script(shell: str) -> None:
    result = run("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert f"_TERMMINE_COMPLETE={shell}_complete" in result.out.decode()


def test_another_shell_is_refused() -> None:
    result = run("completion", "tcsh")
    line = "tcsh: no completion for this shell: choose one of bash, zsh, fish"
    assert (result.code, result.err) == (2, f"termmine: error: {line}\n")


# --- help ------------------------------------------------------------------------------------------------------------


def test_every_command_has_its_place_and_every_option_its_group() -> None:
    assert "Other" not in grouped(cli.commands, COMMANDS)
    assert sorted(EXAMPLES) == sorted(cli.commands)
    for name, command in cli.commands.items():
        groups = option_groups(command, click.Context(command, info_name=name, help_option_names=["-h", "--help"]))
        assert "Other" not in groups, groups["Other"]
        assert sum(map(len, groups.values())) == sum(isinstance(param, click.Option) for param in command.params) + 1


def test_the_overview_is_in_whole_sentences_and_in_the_order_of_the_work() -> None:
    text = " ".join(run("--help").out.decode().split())
    places = [text.index(f" {name} {command_help(name)}") for names in COMMANDS.values() for name in names]
    assert places == sorted(places)
    assert "..." not in text.replace("COMMAND [ARGS]...", "")


def command_help(name: str) -> str:
    """What a command does, in a sentence or two."""
    text = " ".join((cli.commands[name].help or "").split("\n\n")[0].split())
    assert text.endswith(".")
    return text


def test_help_is_a_command_too() -> None:
    assert run("help") == run("--help")
    assert run("help", "discover") == run("discover", "--help")
    result = run("help", "discovr")
    assert (result.code, result.err) == (2, "termmine: error: discovr: no such command: did you mean discover?\n")
    assert run("help", "discover", "--man").code == 2


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "completion"])
def test_examples_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "LEAST_UNITS", 20)  # the corpus is a small one
    Path("seeds.txt").write_text("变压器\n断路器\n", encoding="utf-8")
    if "terms.csv" in EXAMPLES[name] and name != "discover":
        assert run("discover", "corpus.txt", "-b", "wiki.txt", "-o", "terms.csv", "--top", 50, "-q").code == 0
        assert run("discover", "corpus.txt", "-b", "wiki.txt", "-o", "newer.csv", "--top", 60, "-q").code == 0
        assert run("export", "newer.csv", "--to", "txt", "-o", "gold.txt", "-q").code == 0
    if "wiki.tmc" in EXAMPLES[name] and name != "count":
        for corpus, counted in {"wiki.txt": "wiki.tmc", "corpus.txt": "news.tmc"}.items():
            assert run("count", corpus, "-o", counted, "-q").code == 0
    program, *arguments = shlex.split(EXAMPLES[name])
    assert program == "termmine"
    assert EXAMPLES[name] in run(name, "--help").out.decode()
    result = run(*arguments)
    assert result.code == 0, result.err


def test_the_help_names_every_measure_and_format() -> None:
    from termmine.formats.write import WRITERS

    page = " ".join(run("help", "discover").out.decode().split())
    for name in (*MEASURES, *WRITERS):
        assert re.search(rf"[ :]{re.escape(name)}[,.; ]", page), name


def test_help_fits_the_window() -> None:
    for columns in ("70", "80", "200"):
        with mock.patch.dict(os.environ, COLUMNS=columns):
            page = run("help", "discover").out.decode()
        assert max(map(display_width, page.splitlines())) <= min(int(columns), 100)


def test_wrapping_loses_nothing() -> None:
    text = "Least keyness（对数似然）：how surely，一个术语比在背景语料里更常见。 a.b is b within a"
    for width in range(1, 60):
        lines = list(wrapped(text, width))
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(display_width(line) <= max(width, 16) for line in lines)


def test_the_manual_page_describes_every_command_and_option() -> None:
    page = run("help", "--man").out.decode()
    assert page.startswith('.TH TERMMINE 1 "" "termmine ')
    for name, command in cli.commands.items():
        assert f'.SH "TERMMINE {name.upper()}"' in page
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.opts[-1].replace("-", r"\-") in page
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Kutf8", "-Tutf8", "-ww"], input=page.encode(), capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")


def test_python_m_termmine_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "termmine", "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, run("--version").out.decode(), "")


# --- the bar ---------------------------------------------------------------------------------------------------------


def on_a_terminal(columns: int, *arguments: str, **environment: str) -> str:
    """What a run writes to standard error when that is a terminal of so many columns."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    resize(ours, columns)
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")} | environment
    command = [sys.executable, "-m", "termmine", "discover", "corpus.txt", "-b", "wiki.txt", "-o", "terms.csv"]
    with subprocess.Popen([*command, *arguments], stderr=theirs, env=env) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal is closed
            while piece := os.read(ours, 4096):
                shown += piece
        assert process.wait() == 0
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_bar_shows_every_stage_and_fits_the_window(language: str) -> None:
    for columns in (40, 90):
        shown = on_a_terminal(columns, TERM="xterm", TERMMINE_LANG=language)
        for stage in {"en": ["counting n-grams", "selecting", "ranking"], "zh": ["统计字串", "挑选候选", "排序"]}[
            language
        ]:
            assert stage in shown
        lines = re.split(r"[\r\n]", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", shown))
        assert max(display_width(line) for line in lines if "terms.csv" not in line) <= columns
        assert re.sub(r".*\r", "", shown.rstrip()).startswith("termmine: ")  # the bars are gone


def test_the_bar_goes_on_in_a_window_that_has_become_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do blanks that wipe out an older, longer bar go beyond its edge."""
    from termmine.runtime import progress

    pty = pytest.importorskip("pty")
    monkeypatch.setattr(progress, "_TICK", 0.001)
    ours, theirs = pty.openpty()
    resize(ours, 70)
    with os.fdopen(theirs, "w", encoding="utf-8") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        with progress.bar_on_terminal("counting n-grams", 0) as update:
            update(5, 10)
            assert 44 < display_width(read_until(ours, "50%", "]").rpartition("\r")[2]) < 70
            resize(ours, 44)
            read_until(ours, "\x1b[J")
            lines = re.split(r"[\r\n]", read_until(ours, *["50%"] * 9))
        monkeypatch.undo()
    os.close(ours)
    assert max(map(display_width, lines)) < 44
    assert sum("50%" in line for line in lines) > 3


def resize(terminal: int, columns: int) -> None:
    """Give a terminal so many columns."""
    fcntl, termios = (pytest.importorskip(name) for name in ("fcntl", "termios"))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def read_until(terminal: int, *marks: str) -> str:
    """What is shown until these marks have come, one after the other."""
    shown, after = b"", 0
    for mark in map(str.encode, marks):
        while (found := shown.find(mark, after)) < 0:
            shown += os.read(terminal, 1)
        after = found + len(mark)
    return shown.decode()


def test_a_note_stands_above_the_bar_and_the_bar_leaves_nothing(tmp_path: Path) -> None:
    Path("bad.jsonl").write_text('{"text": "变压器"}\n{"no": 1}\n', encoding="utf-8")
    shown = on_a_terminal(80, "bad.jsonl", TERM="xterm", TERMMINE_LANG="en")
    for note in [line for line in shown.split("\n") if "termmine: " in line]:
        assert re.match(r"(.*\r)?termmine: ", note.rstrip("\r"))  # at the beginning of a line


def test_the_clock_of_a_bar_goes_on_while_a_stage_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    from termmine.runtime import progress

    monkeypatch.setattr(progress, "_TICK", 0.001)
    drawn_again = threading.Event()

    class Bar:
        get_lock = threading.RLock

        def refresh(self) -> None:
            drawn_again.set()

        def clear(self) -> None:
            assert drawn_again.is_set()

    with progress._ticking(Bar(), lambda _: None):
        assert drawn_again.wait(30)


def test_a_dumb_terminal_gets_no_bar() -> None:
    shown = on_a_terminal(80, TERM="dumb")
    assert re.fullmatch(r"termmine: [\d,]+ terms in terms\.csv, \d+\.\d s\r\n", shown)
