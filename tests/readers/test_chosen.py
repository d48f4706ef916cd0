"""`--sample` and `--dedupe` from end to end: the result is that of a text from which the rest was taken out by hand."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from support.command import ENCYCLOPEDIA, POWER, run
from support.naive_units import chosen
from termmine import UsageError, discover
from termmine.options import CorpusOptions, make_options, sample_rate
from termmine.readers.chosen import choices
from termmine.readers.source import Texts, open_files

LINES = [line for line in POWER.read_text(encoding="utf-8").split("\n") if line.strip()]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(name: str, lines: list[str]) -> str:
    Path(name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return name


def repeated() -> list[str]:
    """The sample's lines, a third of them once or twice more, anywhere behind the first."""
    dice, lines = random.Random(1), list(LINES)
    for line in dice.choices(LINES, k=60):
        lines.insert(dice.randrange(lines.index(line) + 1, len(lines) + 1), line)
    return lines


@pytest.mark.parametrize("more", [(), ("--document", "file")])
def test_repeated_lines_count_once(more: tuple[object, ...]) -> None:
    """The same list, in every byte, as from the lines without their repetitions."""
    plain = run("discover", written("plain.txt", LINES), *more, "-q")
    found = run("discover", written("twice.txt", repeated()), *more, "--dedupe", "lines")
    assert (found.code, found.out) == (0, plain.out)
    n = len(LINES)
    assert f"termmine: corpus: left out 60 of {n + 60} lines, which had come before\n" in found.err
    assert run("discover", "twice.txt", *more, "-q").out != plain.out


def test_repeated_documents_count_once() -> None:
    """Files, and records, whose lines repeat within them and stay."""
    texts = ["\n".join(LINES[n : n + 20] + LINES[n : n + 3]) for n in range(0, len(LINES), 20)]
    once, twice = ([json.dumps({"text": text}) for text in some] for some in (texts, texts[:3] + texts))
    plain = run("discover", written("once.jsonl", once), "-q")
    found = run("discover", written("twice.jsonl", twice), "--dedupe", "documents")
    assert found.out == plain.out
    assert f"left out 3 of {len(texts) + 3} documents, which had come before" in found.err
    Path("files").mkdir()
    for n, text in enumerate(texts[:2] + texts):
        Path(f"files/{n:02}.txt").write_text(text + "\n", encoding="utf-8")
    kept = [f"files/{n:02}.txt" for n in (0, 1, *range(4, len(texts) + 2))]
    assert run("discover", "files", "--dedupe", "documents", "-q").out == run("discover", *kept, "-q").out


def test_a_count_file_and_a_background_without_repetitions() -> None:
    plain = run("discover", POWER, "-b", ENCYCLOPEDIA, "-q")
    general = ENCYCLOPEDIA.read_text(encoding="utf-8")
    Path("general.txt").write_text(general + general, encoding="utf-8")
    found = run("discover", written("twice.txt", repeated()), "-b", "general.txt", "--dedupe", "lines")
    once = run("discover", written("plain.txt", LINES), "-b", ENCYCLOPEDIA, "-q")
    assert found.out == once.out
    assert found.err.count("which had come before") == 2
    assert plain.code == 0
    run("count", "twice.txt", "--dedupe", "lines", "-o", "twice.tmc")
    run("count", "plain.txt", "-o", "plain.tmc")
    assert run("discover", "twice.tmc", "-q").out == run("discover", "plain.tmc", "-q").out
    Path("terms.txt").write_text("变压器\n故障\n", encoding="utf-8")
    assert run("tally", "terms.txt", "twice.txt", "--dedupe", "lines").out == run(
        "tally", "terms.txt", "plain.txt"
    ).out.replace(b"plain", b"twice")


def test_a_sample_is_the_same_lines_whatever_their_order() -> None:
    """Those that the twin takes, in files of any order and number."""
    text = "".join(f"{line}\n" for line in LINES)
    taken, (n, n_taken, _) = chosen(text, by_lines=True, rate=0.3, once=False)
    plain = run("discover", written("taken.txt", [line for line in taken.split("\n") if line]), "-q")
    found = run("discover", written("all.txt", LINES), "--sample", "30%")
    assert found.out == plain.out
    assert f"termmine: corpus: a sample: {n_taken} of {n} lines\n" in found.err
    written("a.txt", LINES[100:]), written("b.txt", LINES[:100])
    parts = run("count", "b.txt", "a.txt", "--sample", "30%", "-o", "parts.tmc")
    whole = run("count", "taken.txt", "-o", "taken.tmc")
    assert f"a sample: {n_taken} of {n} lines" in parts.err
    assert parts.err.split("parts.tmc: ")[1] == whole.err.split("taken.tmc: ")[1]


def test_a_sample_of_the_background_and_by_size() -> None:
    size = ENCYCLOPEDIA.stat().st_size
    half = run("discover", POWER, "-b", ENCYCLOPEDIA, "--sample-background", "50%")
    same = run("discover", POWER, "-b", ENCYCLOPEDIA, "--sample-background", f"{size / 2048}K", "-q")
    assert half.out == same.out
    assert half.out != run("discover", POWER, "-b", ENCYCLOPEDIA, "-q").out
    assert "termmine: background: a sample: " in half.err
    assert "corpus: a sample" not in half.err
    assert run("discover", POWER, "--sample", "1T", "-q").out == run("discover", POWER, "-q").out


@pytest.mark.parametrize("text", ["0", "0%", "101%", "1.5", "10", "-1%", "ten", "1e3", "5%%", "5Q", ""])
def test_shares_and_sizes_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--sample .*: is no share and no size: give one, as 10% or 1G$"):
        CorpusOptions(sample=text)
    with pytest.raises(UsageError, match=r"^--sample-background "):
        make_options(sample_background=text)


def test_sizes() -> None:
    assert sample_rate("1.5 GiB", 3 << 30) == sample_rate("50%", 7) == sample_rate("1536m", 3 << 30) == 0.5
    assert sample_rate("2G", 1 << 30) == sample_rate("100%", 0) == sample_rate("1", 0) == 1.0


def test_what_is_chosen_first() -> None:
    """Documents before the lines in them; one pass where both are of one kind."""
    files, texts = open_files([POWER]), Texts(LINES)

    def order(source: object, **options: str) -> list[tuple[bool, float, bool]]:
        return [(c.by_lines, c.rate, c.once) for c in choices(source, CorpusOptions(**options))]  # type: ignore[arg-type]

    assert order(files, sample="10%", dedupe="lines") == [(True, 0.1, True)]
    assert order(files, sample="10%", dedupe="documents") == [(False, 1.0, True), (True, 0.1, False)]
    assert order(texts, sample="10%", dedupe="lines") == [(False, 0.1, False), (True, 1.0, True)]
    assert order(files, sample="10%", dedupe="documents", document="file") == [(False, 0.1, True)]
    assert order(files, dedupe="documents") == [(False, 1.0, True)]


def test_texts_in_python() -> None:
    plain = discover(LINES, top=50)
    assert discover([*LINES, *LINES[:40]], top=50, dedupe="documents").equals(plain)
    with pytest.raises(UsageError, match="not known how large the text is: give a share"):
        discover(iter(LINES), sample="1K")
    assert 0 < len(discover(LINES, sample="50%")) < len(discover(LINES))


REFUSED = [
    (("discover", "counts.tmc", "--dedupe", "lines"), "--dedupe lines: counts.tmc: holds counts, of which nothing"),
    (("count", "--add", POWER, "counts.tmc", "--sample", "10%"), "--sample 10%: counts.tmc: holds counts, of which"),
    (("tally", "terms.txt", POWER, "--by", "file", "--sample", "9%"), "--sample 9%: --by file: leaves nothing out"),
    (("discover", POWER, "--engine", "spark", "--sample", "9%"), f"--sample 9%: {POWER}: --engine spark counts"),
    (("discover", POWER, "--sample-background", "9%"), "--sample-background 9%: no --background is given"),
    (("discover", POWER, "-b", "counts.tmc", "--sample-background", "9%"), "--sample-background 9%: counts.tmc: holds"),
    (("discover", "-", "--sample", "1M"), "--sample 1M: it is not known how large the text is: give a share, as 10%"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_what_cannot_be_left_out_is_refused(arguments: tuple[object, ...], message: str) -> None:
    run("count", POWER, "-o", "counts.tmc")
    Path("terms.txt").write_text("变压器\n", encoding="utf-8")
    before = sorted(path.name for path in Path().iterdir())
    found = run(*arguments, stdin=POWER.read_bytes())
    assert (found.code, found.out) == (2, b"")
    assert found.err.startswith(f"termmine: error: {message}")
    assert sorted(path.name for path in Path().iterdir()) == before
