"""An option has its value from the command line, else the environment, else a settings file, else its default."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from support.command import Run, run
from termmine import UsageError
from termmine.cli import cli, settings
from termmine.cli.settings import SettingsFile

TEXT = "检查变压器的绝缘电阻，更换变压器油。\n变压器跳闸后，测量绝缘电阻！\n" * 20

tomllib = pytest.importorskip("tomllib" if sys.version_info >= (3, 11) else "tomli")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own with a corpus in it, and no variable of ours in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TERMMINE_")]:
        monkeypatch.delenv(name)
    Path("corpus.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def settings_file(text: str, path: str = "termmine.toml") -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def force(*arguments: object) -> dict[str, tuple[Any, str, str | None]]:
    """What `termmine config` says is in force for `discover`: key -> value, source, name."""
    result = run("config", "discover", *arguments, "--json")
    assert (result.code, result.err) == (0, ""), result.err
    options = json.loads(result.out)["commands"]["discover"]
    return {key: (given["value"], given["source"], given["name"]) for key, given in options.items()}


def refuses(*arguments: object, line: str, before: str = "") -> None:
    assert run(*arguments) == Run(2, b"", f"{before}termmine: error: {line}\n")


# --- precedence ------------------------------------------------------------------------------------------------------

#: source -> how it sets --top, and what `termmine config` says of it.
SOURCES = {
    "option": (4, "--top"),
    "environment": (3, "TERMMINE_TOP"),
    "file": (2, "termmine.toml"),
    "default": (None, None),
}


@pytest.mark.parametrize("used", [set(c) for n in range(4) for c in itertools.combinations(list(SOURCES)[:3], n)])
def test_the_nearest_source_decides(used: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """All eight combinations: what `config` reports, and what `discover` then does."""
    if "environment" in used:
        monkeypatch.setenv("TERMMINE_TOP", "3")
    if "file" in used:
        settings_file("top = 2\n")
    given = ["--top", 4] if "option" in used else []
    winner = next(source for source in SOURCES if source in {*used, "default"})
    value, name = SOURCES[winner]
    assert force("corpus.txt", *given)["top"] == (value, winner, name)
    rows = run("discover", "corpus.txt", "-q", *given).out.decode().splitlines()[1:]
    assert len(rows) == (value or len(rows))
    assert len(rows) >= 4 or value


def test_the_table_of_a_command_beats_the_default_for_all() -> None:
    settings_file("top = 2\nquiet = true\n\n[discover]\ntop = 3\n\n[explain]\nmin_freq = 4\n")
    settings = force("corpus.txt")
    assert settings["top"] == (3, "file", "termmine.toml")
    assert settings["quiet"] == (True, "file", "termmine.toml")
    assert settings["min_freq"] == (None, "default", None)
    both = json.loads(run("config", "--json").out)["commands"]
    assert both["explain"]["top"] == {"value": 2, "source": "file", "name": "termmine.toml"}
    assert both["explain"]["min_freq"] == {"value": 4, "source": "file", "name": "termmine.toml"}


def test_a_flag_can_be_set_and_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file("bom = true\n")
    assert run("discover", "corpus.txt", "-q").out.startswith(b"\xef\xbb\xbf")
    monkeypatch.setenv("TERMMINE_BOM", "0")
    assert run("discover", "corpus.txt", "-q").out.startswith(b"term,")


def test_hyphens_in_a_key_are_underscores() -> None:
    settings_file('min-freq = 5\nformat = "txt"\n')
    settings = force("corpus.txt")
    assert settings["min_freq"] == (5, "file", "termmine.toml")
    assert settings["format"] == ("txt", "file", "termmine.toml")


def test_values_that_the_option_requires_may_stand_in_the_file() -> None:
    settings_file('[explain]\ncorpus = "corpus.txt"\n')
    result = run("explain", "变压器", "-c", "corpus.txt")
    assert result.code == 0
    assert run("explain", "变压器") == result


def test_repeatable_options(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file('[discover]\nbackground = ["a b.txt", "/c.txt"]\n')
    assert force("corpus.txt")["background"] == (["a b.txt", "/c.txt"], "file", "termmine.toml")
    settings_file('[discover]\nbackground = "a b.txt"\n')
    assert force("corpus.txt")["background"] == (["a b.txt"], "file", "termmine.toml")
    monkeypatch.setenv("TERMMINE_BACKGROUND", os.pathsep.join(["x y.txt", "z.txt"]))
    assert force("corpus.txt")["background"] == (["x y.txt", "z.txt"], "environment", "TERMMINE_BACKGROUND")
    assert force("corpus.txt", "-b", "o.txt")["background"] == (["o.txt"], "option", "--background")


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_option_can_be_set_everywhere(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever options a command has, or will have: file and environment reach each of them, and `config` tells."""
    options = settings.settable(cli.commands[command])
    values = {key: _value_for(option) for key, option in options.items()}
    settings_file(f"[{command}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
    told = json.loads(run("config", command, "--json", "--log-format", "text").out)["commands"][command]
    assert set(told) == set(options)
    for key, value in values.items():
        if key != "log_format":
            assert told[key] == {"value": value, "source": "file", "name": "termmine.toml"}, key
    Path("termmine.toml").unlink()
    for key, value in values.items():
        text = os.pathsep.join(value) if isinstance(value, list) else str(value)
        monkeypatch.setenv(settings.variable(options[key]), text)
    told = json.loads(run("config", command, "--json", "--log-format", "text").out)["commands"][command]
    for key, value in values.items():
        if key != "log_format":
            expected = {"value": value, "source": "environment", "name": f"TERMMINE_{key.upper()}"}
            assert told[key] == expected, key


def _value_for(option: click.Option) -> Any:
    """A value that the option takes, and that is not its default."""
    if isinstance(option.type, click.Choice):
        return next(choice for choice in option.type.choices if choice != option.default)
    if option.is_flag:
        return not option.default
    if option.count or isinstance(option.type, click.types.IntParamType):
        return max(7, getattr(option.type, "min", None) or 0)
    if isinstance(option.type, click.types.FloatParamType):
        return 0.75
    return ["/x", "/y"] if option.multiple else "/x"


@click.command()
@click.option("--pair", nargs=2, type=int)
@click.option("-v", "--verbosity", count=True)
@click.option("--cut/--no-cut", default=True)
@click.option("--size", type=click.IntRange(1, 5))
@click.option("--word", multiple=True)
@click.option("--kind", "which", type=click.Choice(["a", "b"]), multiple=True)
@click.option("--file", type=click.File("rb"))
def kinds(**_: object) -> None:
    """Every kind of option that click has and we may come to use."""


def test_every_kind_of_option(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"pair": [1, 2], "verbosity": 2, "cut": False, "size": 5, "word": ["x y", "z"], "kind": ["a", "b"]}
    settings_file("".join(f"{key} = {json.dumps(value)}\n" for key, value in given.items()))
    expected = {
        "pair": (1, 2), "verbosity": 2, "cut": False, "size": 5, "word": ("x y", "z"), "which": ("a", "b"), "file": None
    }  # fmt: skip
    settings.name_variables(kinds)
    values = settings.read_file(SettingsFile(Path("termmine.toml")), {"kinds": kinds})["kinds"]
    assert kinds.make_context("kinds", [], default_map=values).params == expected
    for key, value in given.items():
        separator = " " if key == "pair" else os.pathsep
        text = separator.join(map(str, value)) if isinstance(value, list) else str(value)
        monkeypatch.setenv(f"TERMMINE_{key.upper()}", text)
    assert kinds.make_context("kinds", []).params == expected
    for mistake, problem in {
        "size = 6": "size = 6: 6 is not in the range 1<=x<=5.",
        'kind = ["c"]': "kind = \"c\": 'c' is not one of 'a', 'b'.",
        "file = 1": "file = 1: give a string",
        "cut = 0": "cut = 0: give true or false",
        "pair = ['a', 'b']": 'pair = "a": give a whole number',
        "verbosity = true": "verbosity = true: give a whole number",
    }.items():
        settings_file(mistake)
        with pytest.raises(UsageError) as error:
            settings.read_file(SettingsFile(Path("termmine.toml")), {"kinds": kinds})
        assert str(error.value) == f"termmine.toml: {problem}"


# --- which file ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "corpus", "found"),
    [
        ([], "corpus.txt", None),
        (["termmine.toml"], "corpus.txt", "termmine.toml"),
        (["termmine.toml"], "-", "termmine.toml"),
        (["termmine.toml", "d/termmine.toml"], "d/c.txt", "d/termmine.toml"),
        (["termmine.toml"], "d/c.txt", "termmine.toml"),
        (["d/termmine.toml", "d/e/termmine.toml"], "d/e", "d/e/termmine.toml"),
        (["d/termmine.toml"], "d/e", "d/termmine.toml"),
        (["d/termmine.toml"], "corpus.txt", None),
        (["termmine.toml"], ".", "termmine.toml"),
        (["termmine.toml"], "x" * 300, "termmine.toml"),
    ],
)
def test_the_file_lies_beside_the_corpus_or_here(files: list[str], corpus: str, found: str | None) -> None:
    Path("d/e").mkdir(parents=True)
    for file in files:
        settings_file("top = 2\n", file)
    expected = (2, "file", found) if found else (None, "default", None)
    assert force(corpus)["top"] == expected
    assert force(corpus, "/elsewhere.txt")["top"] == expected
    if corpus not in ("-", "x" * 300):  # without a command before it, the corpus alone says which file
        told = json.loads(run("config", corpus, "--json").out) if Path(corpus).exists() else {"file": found}
        assert told["file"] == found


def test_a_file_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file("top = 2\n")
    settings_file("top = 3\n", "other/mine.toml")
    settings_file("top = 4\n", "third.toml")
    monkeypatch.setenv("TERMMINE_CONFIG", "third.toml")
    assert force("corpus.txt")["top"] == (4, "file", "third.toml")
    assert force("corpus.txt", "--config", "other/mine.toml")["top"] == (3, "file", "other/mine.toml")
    listed = run("discover", "corpus.txt", "-q", "--config", "other/mine.toml")
    assert listed.out.count(b"\n") == 4


def test_the_words_of_a_command_without_a_corpus_say_where_to_look() -> None:
    settings_file("[evaluate]\nstrict = true\n", "d/termmine.toml")
    assert json.loads(run("config", "evaluate", "d/list.csv", "--json").out)["file"] == "d/termmine.toml"


def test_paths_in_a_file_are_relative_to_it() -> None:
    settings_file('[discover]\nlike = "good.txt"\nmeta = "/m.json"\nbackground = ["b.txt", "-"]\noutput = "-"\n', "d/s")
    settings = force("corpus.txt", "--config", "d/s")
    assert settings["like"][0] == str(Path("d/good.txt"))
    assert settings["meta"][0] == "/m.json"
    assert settings["background"][0] == [str(Path("d/b.txt")), "-"]
    assert settings["output"][0] == "-"


def test_a_settings_file_is_no_text() -> None:
    Path("texts").mkdir()
    Path("texts/a.txt").write_text(TEXT, encoding="utf-8")
    before = run("discover", "texts", "-q")
    settings_file("# 检查变压器的绝缘电阻\n" * 50, "texts/termmine.toml")
    assert run("discover", "texts", "-q").out == before.out


@pytest.mark.parametrize("option", [option for command in cli.commands.values() for option in command.params])
def test_what_is_documented_as_a_file_is_a_path(option: click.Parameter) -> None:
    """Only of a path is it known that it is relative to the file that sets it."""
    reference = (Path(__file__).parents[2] / "docs" / "reference.md").read_text(encoding="utf-8")
    if isinstance(option, click.Option) and f"`{settings.flag(option)} FILE`" in reference:
        assert isinstance(option.type, click.Path), option.name


# --- by whose word ---------------------------------------------------------------------------------------------------


def listing() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    "text",
    [
        'output = "../victim.txt"',
        '[discover]\nmeta = "../victim.txt"',
        '[discover]\nabsorbed = "../victim.txt"\nquiet = true',
        '[explain]\nbackground = "/etc/passwd"',
        'like = "../victim.txt"',
        'keep = ["../victim.txt"]',
        'tmp = "/var"',
        'memory = "1T"',
        "threads = 9",
        'log-format = "json"',
        "verbose = true",
    ],
)
@pytest.mark.parametrize("command", [["discover"], ["config", "discover"]])
def test_a_file_beside_a_corpus_cannot_say_what_is_written_or_read(text: str, command: list[str]) -> None:
    Path("victim.txt").write_text("precious", encoding="utf-8")
    settings_file(f"min_freq = 2\n{text}\n", "d/termmine.toml")
    Path("d/corpus.txt").write_text(TEXT, encoding="utf-8")
    before = listing()
    named = [line.split(" = ")[0] for line in text.splitlines() if " = " in line]
    refuses(
        *command,
        "d/corpus.txt",
        line=f"d/termmine.toml: sets {', '.join(named)}, which a settings file beside a corpus may not, for it came "
        "with the corpus: read it, then give --config d/termmine.toml if you trust it, "
        f"or --config {os.devnull} to do without",
    )
    assert listing() == before


def test_the_same_file_may_do_all_by_the_users_word(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file('[discover]\noutput = "../terms.csv"\nthreads = 1\n', "d/termmine.toml")
    Path("d/corpus.txt").write_text(TEXT, encoding="utf-8")
    assert run("discover", "d/corpus.txt", "-q", "--config", "d/termmine.toml") == Run(0, b"", "")
    assert Path("terms.csv").read_bytes() == run("discover", "corpus.txt", "-q").out
    Path("terms.csv").unlink()
    monkeypatch.setenv("TERMMINE_CONFIG", "d/termmine.toml")
    assert run("discover", "d/corpus.txt", "-q") == Run(0, b"", "")
    monkeypatch.delenv("TERMMINE_CONFIG")
    monkeypatch.chdir("d")  # the working directory's own
    Path("../terms.csv").unlink()
    for corpus in ("corpus.txt", ".", "../d/corpus.txt"):
        assert run("discover", corpus, "-q") == Run(0, b"", "")
        Path("../terms.csv").unlink()
    assert run("discover", "../d/corpus.txt", "--config", os.devnull, "-q").out.startswith(b"term,")


def test_what_is_in_force_is_told() -> None:
    """Of a file beside a corpus even with -q, for it is not the user's who asks for silence."""
    settings_file("top = 1\n", "d/termmine.toml")
    Path("d/corpus.txt").write_text(TEXT, encoding="utf-8")
    for arguments in ([], ["-q"]):
        result = run("discover", "d/corpus.txt", *arguments)
        assert result.err.splitlines()[0] == "termmine: settings: d/termmine.toml"
        assert result.out.count(b"\n") == 2
    settings_file("top = 1\n")
    assert run("discover", "corpus.txt").err.splitlines()[0] == "termmine: settings: termmine.toml"
    assert run("discover", "corpus.txt", "-q").err == ""
    assert json.loads(run("discover", "corpus.txt", "--log-format", "json").err.splitlines()[0])["message"] == (
        "settings: termmine.toml"
    )


@pytest.mark.parametrize("name", ["d/termmine.toml", "termmine.toml"])
def test_a_file_of_another_user_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file("top = 1\n", name)
    corpus = str(Path(name).with_name("corpus.txt"))
    Path(corpus).write_text(TEXT, encoding="utf-8")
    stranger = Path(name).stat().st_uid
    if os.geteuid() == 0:
        stranger = 12345
        os.chown(name, stranger, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: stranger + 1)
    way = f"read it, then give --config {name} if you trust it, or --config {os.devnull} to do without"
    refuses("discover", corpus, "-q", line=f"{name}: belongs to another user ({stranger}): {way}")
    assert run("discover", corpus, "-q", "--config", name).out.count(b"\n") == 2
    Path(name).rename("elsewhere.toml")
    Path(name).symlink_to(Path("elsewhere.toml").resolve())  # a link of ours to theirs
    refuses("discover", corpus, "-q", line=f"{name}: belongs to another user ({stranger}): {way}")


def test_whatever_names_a_file_is_not_for_a_file_beside_a_corpus() -> None:
    options = [option for command in cli.commands.values() for option in command.params]
    free = [option for option in options if isinstance(option, click.Option) and settings.is_about_text(option)]
    assert {option.name for option in free} >= {"encoding", "document", "min_freq", "measure", "top", "fold"}
    assert [option.name for option in free if isinstance(option.type, click.Path)] == []
    others = {"memory", "threads", "tmp", "form", "quiet", "verbose", "as_json", "output", "background", "config"}
    assert {option.name for option in free} & others == set()


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("min_frequ = 5", "min_frequ: no such option: did you mean min_freq?"),
        ("[discover]\nmin-fre = 5", "[discover] min-fre: no such option of this command: did you mean min_freq?"),
        ("[discovr]\ntop = 5", "[discovr]: no such command: did you mean discover?"),
        ("[evaluate]\nmax_length = 5", None),
        ("[zzz]", f"[zzz]: no such command: choose from {', '.join(sorted(cli.commands))}"),
        ('top = "5"', 'top = "5": give a whole number'),
        ("top = 5.5", "top = 5.5: give a whole number"),
        ("top = true", "top = true: give a whole number"),
        ("top = [5]", "top = [5]: give a whole number"),
        ("[discover]\nmin_score = true", "[discover] min_score = true: give a number"),
        ("bom = 1", "bom = 1: give true or false"),
        ("measure = 1", "measure = 1: give a string"),
        ("like = 1", "like = 1: give a path as a string"),
        ("background = [1]", "background = 1: give a path as a string"),
        ('log_format = "xml"', "log_format = \"xml\": 'xml' is not one of 'text', 'json'."),
        ('config = "x.toml"', None),
        ("top = 1\ntop = 2", None),
        ("min_freq = 1\nmin-freq = 2", "min-freq: is set twice: keep one of both spellings"),
        ("top", None),
        ("top = " + "[" * 5000 + "]" * 5000, None),
        ("top = " + "9" * 5000, None),
        ("top = 0x" + "f" * 5000, "top: the number is too large: give a smaller one"),
        ('[discover]\noutput = "\\u0000"', '[discover] output = "\\u0000": holds a null character: remove it'),
    ],
)
@pytest.mark.parametrize("command", ["discover", "config"])
def test_a_mistake_in_the_file(text: str, problem: str | None, command: str) -> None:
    settings_file(text)
    result = run(command, "corpus.txt")
    assert (result.code, result.out) == (2, b"")
    assert result.err.startswith("termmine: error: termmine.toml: ")
    assert result.err.count("\n") == 1
    if problem is not None:
        assert result.err == f"termmine: error: termmine.toml: {problem}\n"


def test_a_whole_number_is_a_number() -> None:
    settings_file("min_score = 2\n")
    assert force("corpus.txt")["min_score"] == (2.0, "file", "termmine.toml")


def test_a_file_that_cannot_be_read(here: Path) -> None:
    line = "no.toml: No such file or directory: check the path of the settings file"
    refuses("discover", "corpus.txt", "--config", "no.toml", line=line)
    line = "d: Is a directory: check the path of the settings file"
    Path("d").mkdir()
    refuses("discover", "corpus.txt", "--config", "d", line=line)
    Path("termmine.toml").write_bytes("measure = '频次'".encode("gb18030"))
    refuses("discover", "corpus.txt", line="termmine.toml: is not UTF-8: save the settings file as UTF-8")


def test_windows_writes_a_mark_and_other_line_ends() -> None:
    Path("termmine.toml").write_bytes(b"\xef\xbb\xbftop = 2\r\nquiet = true\r\n")
    assert force("corpus.txt")["top"] == (2, "file", "termmine.toml")


def test_a_refused_value_tells_where_it_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file("min_freq = 0\n")
    told = "termmine: settings: termmine.toml\n"
    refuses("discover", "corpus.txt", line="--min-freq 0: must be at least 1 (set by termmine.toml)", before=told)
    monkeypatch.setenv("TERMMINE_MIN_FREQ", "-1")
    refuses("discover", "corpus.txt", "-q", line="--min-freq -1: must be at least 1 (set by TERMMINE_MIN_FREQ)")
    refuses("discover", "corpus.txt", "-q", "--min-freq", -2, line="--min-freq -2: must be at least 1")
    monkeypatch.setenv("TERMMINE_MIN_FREQ", "many")
    refuses(
        "discover",
        "corpus.txt",
        "-q",
        line="Invalid value for '--min-freq': 'many' is not a valid integer: see termmine discover --help "
        "(set by TERMMINE_MIN_FREQ)",
    )


def test_help_does_not_need_a_good_file() -> None:
    settings_file("nonsense")
    assert run("discover", "--help").code == 0
    assert run("--help").code == 0


# --- termmine config -------------------------------------------------------------------------------------------------


def test_its_output_is_a_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERMMINE_MEASURE", 'a "quoted"\tname\\')
    settings_file('top = 3\n[discover]\nbackground = ["/b.txt"]\nmin_score = 1e-05\n')
    result = run("config")
    content = tomllib.loads(result.out.decode())
    assert set(content) == set(cli.commands)
    assert content["discover"]["top"] == 3
    assert content["discover"]["measure"] == 'a "quoted"\tname\\'
    assert content["discover"]["min_score"] == 1e-05
    monkeypatch.delenv("TERMMINE_MEASURE")
    Path("saved.toml").write_bytes(result.out)
    again = run("config", "--config", "saved.toml")
    assert tomllib.loads(again.out.decode()) == content


def test_its_output_names_each_source(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file("[discover]\ntop = 3\n")
    monkeypatch.setenv("TERMMINE_MIN_FREQ", "5")
    lines = run("config", "discover", "corpus.txt", "--max-length", 6, "-q").out.decode().splitlines()
    assert lines[:3] == ["# settings file: termmine.toml", "", "[discover]"]
    for line in (
        "top = 3  # file termmine.toml",
        "min_freq = 5  # environment TERMMINE_MIN_FREQ",
        "max_length = 6  # option --max-length",
        "quiet = true  # option --quiet",
        "bom = false  # default",
        "# like: not set",
    ):
        assert line in lines


def test_it_refuses_what_the_command_would_refuse() -> None:
    result = run("config", "discover", "corpus.txt", "--tpo", 3)
    assert result.code == 2
    assert result.err.startswith("termmine: error: No such option")
    known = ", ".join(sorted(cli.commands))
    name = "x" * 300
    refuses("config", name, line=f"{name}: neither a command nor a path: choose a command from {known}")
    refuses("config", "discovr", line="discovr: neither a command nor a path: did you mean discover?")
    refuses("config", "--top", 3, line="--top: name a command before its options, as in termmine config discover --top")


def test_it_notes_a_variable_that_is_misspelt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERMMINE_MINFREQ", "5")
    monkeypatch.setenv("TERMMINE_SOMETHING_ELSE", "5")
    assert run("config").err == (
        "termmine: warning: TERMMINE_MINFREQ: no option has this variable: did you mean TERMMINE_MIN_FREQ?\n"
    )


@pytest.mark.parametrize("written", [True, False])
def test_toml_is_imported_only_when_there_is_a_file(written: bool) -> None:
    if written:
        settings_file("top = 2\n")
    script = (
        "import sys\nfrom termmine.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "print(sorted({'tomllib', 'tomli', 'numba', 'pandas'} & set(sys.modules)), file=sys.stderr)\n"
    )
    for arguments, needed in ((["discover", "--help"], False), (["discover", "", "-b", "x"], written)):
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)
        assert done.stderr.splitlines()[-1] == str([tomllib.__name__] if needed else [])
