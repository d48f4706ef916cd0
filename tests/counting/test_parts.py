"""Count files without text that add up: their bounds on random splits, what is kept of the text, and the files."""

from __future__ import annotations

import copy
import math
import random
import zlib
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import termmine
from support import naive
from support.command import ENCYCLOPEDIA, POWER, run
from support.tables import columns, ngrams
from termmine import TermmineError
from termmine.counting.countfile.format import HEADER_SIZE, MAGIC, Settings
from termmine.counting.countfile.header import packed as packed_header
from termmine.counting.countfile.header import unpacked as unpacked_header
from termmine.counting.countfile.read import load
from termmine.counting.engines import LocalEngine
from termmine.counting.local import count_given, count_ngrams
from termmine.counting.parts import packing
from termmine.counting.parts.bounds import exact_from, with_entropies
from termmine.counting.parts.cut import cut
from termmine.counting.parts.merge import Part, merged
from termmine.counting.parts.read import read_part
from termmine.counting.parts.write import write_part
from termmine.ranking.distribution import WINDOW
from termmine.ranking.kept import keep_of_text
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job
from termmine.search.spelling import surfaces
from termmine.text.corpus import CorpusBuilder
from termmine.text.encode import encode
from termmine.types import Corpus, Kept, NgramTable

LONGEST = 3
JOB = Job(threads=1)
SPLITS = 60 if naive.TINY else 1000


def part_of(text: str, floor: int) -> Part:
    """A text counted down to a floor, with nothing kept beside its counts."""
    corpus = encode([text], job=JOB)
    table = count_ngrams(corpus, min_freq=floor, max_length=LONGEST + 1, job=JOB)
    zeros, none = np.zeros(len(table), dtype=np.int64), np.zeros(0, dtype=np.int64)
    return replace(corpus, kept=Kept(zeros, zeros, zeros, zeros, none, none, none, 0, floor - 1)), table


def random_documents(draw: random.Random) -> list[str]:
    """Lines of few different symbols, some much commoner than others, and a phrase that keeps to few of the lines."""
    symbols = ["甲", "乙", "丙", "の", "a ", "B ", "，"]
    weights = [draw.choice([1, 2, 8]) for _ in symbols]
    phrase = "".join(draw.choices(symbols, k=4))
    lines = ["".join(draw.choices(symbols, weights, k=draw.randint(1, 12))) for _ in range(draw.randint(2, 12))]
    return [line + phrase * draw.choice([0, 0, 0, 2]) for line in lines]


def random_parts(draw: random.Random, lines: list[str], most: int = 4) -> list[str]:
    n_parts = draw.randint(1, min(most, len(lines)))
    borders = [0, *sorted(draw.sample(range(1, len(lines)), n_parts - 1)), len(lines)]
    return ["\n".join(lines[a:b]) for a, b in pairwise(borders)]


def from_floor(part: Part, floor: int) -> Part:
    """A part that was counted whole, without what is rarer than a floor."""
    corpus, table = cut(*part, floor, LONGEST + 1, IN_MEMORY)
    assert corpus.kept is not None
    return replace(corpus, kept=replace(corpus.kept, unseen=floor - 1)), table


def random_split(draw: random.Random, pieces: list[Part]) -> list[Part]:
    """Pieces of a text that were counted whole, put into parts, each with a floor of its own."""
    n_parts = draw.randint(1, len(pieces))
    borders = [0, *sorted(draw.sample(range(1, len(pieces)), n_parts - 1)), len(pieces)]
    joined = (merged(pieces[a:b], LONGEST, 1, IN_MEMORY) if b - a > 1 else pieces[a] for a, b in pairwise(borders))
    return [from_floor(part, draw.randint(1, 3)) for part in joined]


def added_up(draw: random.Random, parts: list[Part]) -> Part:
    """Parts merged at once, or two of them first; with a least frequency or without."""
    if len(parts) > 2 and draw.random() < 0.5:
        parts = [merged(parts[:2], LONGEST, draw.choice([None, 1, 2]), IN_MEMORY), *parts[2:]]
    return merged(parts, LONGEST, draw.choice([None, None, 1, 3, 5]), IN_MEMORY)


def check_row(row: tuple[float, ...], missed: int, true: naive.Counts) -> None:
    """The figures of an n-gram against those of the whole text."""
    freq, doc_freq, left_edge, right_edge, *_ = row
    exact = true.freq, len(true.documents), naive.n_edges(true.left), naive.n_edges(true.right)
    assert freq <= true.freq <= freq + missed
    assert all(known <= figure for known, figure in zip(row, exact, strict=False))
    if not missed:
        assert (freq, doc_freq, left_edge, right_edge) == exact


def check_entropy(entropy: float, untold: int, most: int, freq: int, true: float) -> None:
    """An entropy of an n-gram of exact frequency is too high by so much at most."""
    assert true - 1e-6 <= entropy <= true + untold / freq * (math.log2(most) + 1 / math.log(2)) + 1e-6


def test_the_bounds_hold_on_a_thousand_random_splits() -> None:
    told: Counter[str] = Counter()
    for seed in range(SPLITS // 20):
        draw = random.Random(seed)
        lines = random_documents(draw)
        everything = naive.count_ngrams(naive.read("\n".join(lines)), 1, LONGEST + 1)
        pieces = [part_of(text, 1) for text in random_parts(draw, lines, 5)]
        for _ in range(20):
            told += check_bounds(*added_up(draw, random_split(draw, pieces)), everything)
    assert min(told[kind] for kind in ("missing", "short", "exact", "all exact")) > SPLITS


def check_bounds(corpus: Corpus, table: NgramTable, everything: dict[naive.Ngram, naive.Counts]) -> Counter[str]:
    """Each n-gram of the whole text against what the parts together say of it; how many of each kind there are."""
    table, kept, told = with_entropies(table, IN_MEMORY), corpus.kept, Counter[str]()
    assert kept is not None
    found, least = columns(table), exact_from(table, kept)
    missed = dict(zip(found, kept.missed.tolist(), strict=True))
    assert found.keys() <= everything.keys()
    for ngram, true in everything.items():
        if ngram not in found:
            assert true.freq <= kept.unseen
            told["missing"] += 1
            continue
        check_row(found[ngram], missed[ngram], true)
        told["short" if missed[ngram] else "exact"] += 1
        if true.freq >= least:
            assert not missed[ngram]
            told["all exact"] += 1
    check_entropies(found, missed, kept.unseen, everything)
    return told


def given_part(text: str, base: Part) -> Part:
    """The n-grams of a base in a text."""
    builder = CorpusBuilder(job=JOB, alphabet=copy.deepcopy(base[1].alphabet))
    builder.add_text([text])
    corpus = builder.finish()
    table = count_given(corpus, base[1], JOB)
    zeros, none = np.zeros(len(table), dtype=np.int64), np.zeros(0, dtype=np.int64)
    assert base[0].kept is not None
    kept = Kept(zeros, zeros, zeros, zeros, none, none, none, 0, base[0].kept.unseen, base=1)
    return replace(corpus, kept=kept), table


def test_a_second_round_makes_all_counts_exact() -> None:
    """Whatever the floors were, and though most n-grams are rare or missing in some parts."""
    n_rare = 0
    for seed in range(SPLITS // 20):
        draw = random.Random(seed)
        lines = random_documents(draw)
        texts = random_parts(draw, lines)
        base = merged([part_of(text, draw.randint(1, 3)) for text in texts], LONGEST, None, IN_MEMORY)
        parts = [given_part(text, base) for text in texts]
        for text, (_, table) in zip(texts, parts, strict=True):
            there = naive.count_ngrams(naive.read(text), 1, LONGEST + 1)
            for ngram, row in columns(table).items():
                check_row(row, 0, there.get(ngram, naive.Counts()))
                n_rare += row[0] < 2
        corpus, table = merged(parts, LONGEST, draw.choice([None, 1, 5]), IN_MEMORY)
        assert corpus.kept is not None
        assert not corpus.kept.missed.any()
        assert exact_from(table, corpus.kept) == corpus.kept.complete_from
        everything = naive.count_ngrams(naive.read("\n".join(lines)), 1, LONGEST + 1)
        told = check_bounds(corpus, table, everything)
        assert not told["short"]
    assert n_rare > SPLITS


def test_a_floor_leaves_out_what_is_rarer() -> None:
    for seed in range(SPLITS // 50):
        draw = random.Random(seed)
        text, floor = "\n".join(random_documents(draw)), draw.randint(1, 4)
        assert columns(part_of(text, floor)[1]) == columns(from_floor(part_of(text, 1), floor)[1])


def check_entropies(
    found: dict[naive.Ngram, tuple[float, ...]],
    missed: dict[naive.Ngram, int],
    unseen: int,
    everything: dict[naive.Ngram, naive.Counts],
) -> None:
    for ngram, (freq, _, left_edge, right_edge, *entropies) in found.items():
        if missed[ngram] or len(ngram) > LONGEST:
            continue
        true = everything[ngram]
        for side, (edge, entropy, neighbours) in enumerate(
            [(left_edge, entropies[0], true.left), (right_edge, entropies[1], true.right)]
        ):
            longer = [(ngram, (x,))[:: 2 * side - 1] for x in neighbours if isinstance(x, str)]
            told = [first + second for first, second in longer if first + second in found]
            untold = freq - edge - sum(found[one][0] for one in told)
            most = max([unseen, 1, *(found[one][0] + missed[one] for one in told)])
            check_entropy(entropy, untold, most, freq, naive.entropy(neighbours))


def test_from_a_floor_of_1_everything_is_exact() -> None:
    """Then the table is that of the whole text, entropies and all."""
    for seed in range(SPLITS // 50):
        draw = random.Random(seed)
        lines = random_documents(draw)
        corpus, table = merged([part_of(text, 1) for text in random_parts(draw, lines)], LONGEST, 1, IN_MEMORY)
        assert corpus.kept is not None
        assert not corpus.kept.missed.any()
        assert exact_from(table, corpus.kept) == 1
        _, table = cut(corpus, with_entropies(table, IN_MEMORY), 2, LONGEST, IN_MEMORY)
        whole = count_ngrams(encode(["\n".join(lines)]), min_freq=2, max_length=LONGEST)
        assert columns(table) == columns(whole)
        assert table.level.tolist() == whole.level.tolist()


def test_the_order_of_the_parts_makes_no_difference() -> None:
    for seed in range(SPLITS // 50):
        draw = random.Random(seed)
        parts = [part_of(text, 2) for text in random_parts(draw, random_documents(draw))]
        one, other = (merged(some, LONGEST, None, IN_MEMORY) for some in (parts, parts[::-1]))
        assert columns(one[1]) == columns(other[1])


# --- what is kept of the text ----------------------------------------------------------------------------------------

TEXTS = [
    "Gpu加速库。GPU 加速库\nGPU 加速库和 GPU 卡\n变压器 ABC 型\n" * 2,
    "gpu加速库，gpu 加速库\nabc型变压器\nabc型变压器\nGPU 卡\n" * 3,
    "GPU 卡\nGPU 加速\nGPU 加速\nAbc 型 变压器\n变压器。变压器" + "，变压器内的变压器" * 60,
]


def kept_part(text: str, floor: int) -> Part:
    corpus, engine = encode([text]), LocalEngine(JOB)
    table = count_ngrams(corpus, min_freq=floor, max_length=LONGEST + 1)
    return replace(corpus, kept=keep_of_text(corpus, table, floor - 1, engine)), table


def test_spellings_add_up() -> None:
    """Whatever the first form in each part, each term is spelt as in the whole text."""
    engine = LocalEngine(JOB)
    corpus, table = merged([kept_part(text, 1) for text in TEXTS], LONGEST, 1, IN_MEMORY)
    whole = encode(["\x1c".join(TEXTS)])
    all_of_it = count_ngrams(whole, min_freq=1, max_length=LONGEST + 1)
    assert ngrams(table) == ngrams(all_of_it)
    rows = np.arange(len(table))
    spelt = surfaces(corpus, table, rows, engine)
    assert spelt == surfaces(whole, all_of_it, rows, engine)
    assert {"GPU 加速", "GPU 卡", "abc型"} <= set(spelt)
    corpus, table = cut(corpus, table, 3, 2, IN_MEMORY)
    assert surfaces(corpus, table, np.arange(len(table)), engine) == [
        text for text, row in zip(spelt, columns(all_of_it).items(), strict=True) if row[1][0] >= 3 and len(row[0]) < 3
    ]


def test_windows_add_up() -> None:
    """A window is so many symbols of one part, from its beginning on."""
    corpus, table = merged([kept_part(text, 1) for text in TEXTS], LONGEST, 1, IN_MEMORY)
    runs = [[[s.text for s in r] for document in naive.read(text) for r in document if r] for text in TEXTS]
    cut_up = naive.windows(runs, WINDOW)
    expected: Counter[naive.Ngram] = Counter()
    everything = [one for source in runs for one in source]
    for window in cut_up:
        held = {
            tuple(everything[i][j : j + n])
            for i, j in window
            for n in range(1, LONGEST + 2)
            if j + n <= len(everything[i])
        }
        expected.update(held)
    assert corpus.kept is not None
    assert corpus.kept.n_windows == len(cut_up) > 3
    assert dict(zip(ngrams(table), corpus.kept.windows.tolist(), strict=True)) == dict(expected)


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The sample domain in three parts, counted without text from a floor of 2 on."""
    folder = tmp_path_factory.mktemp("shards")
    lines = POWER.read_text(encoding="utf-8").splitlines(keepends=True)
    found = []
    for i in range(3):
        text = folder / f"{i}.txt"
        text.write_text("".join(lines[i * len(lines) // 3 : (i + 1) * len(lines) // 3]), encoding="utf-8")
        found.append(folder / f"{i}.tmc")
        counted = run("count", text, "--no-text", "--floor", "2", "-o", found[-1])
        assert counted.code == 0
        assert "n-grams of frequency 2 and more" in counted.err
    return found


@pytest.fixture(scope="module")
def whole(shards: list[Path]) -> Path:
    """The three parts together."""
    output = shards[0].parent / "all.tmc"
    added = run("merge", *shards, "-o", output)
    assert added.code == 0
    assert "among them all of frequency 4 and more; " in added.err
    assert " counts are exact, from frequency " in added.err
    return output


def test_a_file_is_read_as_it_was_written(shards: list[Path], tmp_path: Path) -> None:
    """And written again it has the same bytes, whatever the memory."""
    for path in shards:
        file = load(path, IN_MEMORY)
        assert file.corpus.kept is not None
        write_part(tmp_path / "again.tmc", file.settings, file.table, file.corpus.kept)
        assert (tmp_path / "again.tmc").read_bytes() == path.read_bytes()
        assert path.stat().st_size - HEADER_SIZE < path.with_suffix(".txt").stat().st_size


def test_threads_and_memory_change_no_byte(shards: list[Path], tmp_path: Path) -> None:
    for given in (["--threads", "2"], ["--memory", "512M", "--threads", "1"]):
        source = shards[0].with_suffix(".txt")
        assert run("count", source, "--no-text", "--floor", "2", "-o", tmp_path / "a.tmc", *given, "-q").code == 0
        assert (tmp_path / "a.tmc").read_bytes() == shards[0].read_bytes()


def test_a_count_file_with_text_becomes_one_without(shards: list[Path], tmp_path: Path) -> None:
    source = shards[0].with_suffix(".txt")
    assert run("count", source, "-o", tmp_path / "text.tmc", "-q").code == 0
    assert run("count", tmp_path / "text.tmc", "--no-text", "--floor", "2", "-o", tmp_path / "a.tmc", "-q").code == 0
    assert (tmp_path / "a.tmc").read_bytes() == shards[0].read_bytes()


def test_a_domain_without_text(whole: Path) -> None:
    """Its terms are those of the text, in much the same order; what cannot be told is said."""
    found = run("discover", whole, "--min-freq", "4")
    assert found.code == 0
    assert "all.tmc: holds no text: entropies are upper bounds" in found.err
    assert "complete from" not in found.err
    terms = [line.split(",")[0] for line in found.out.decode().splitlines()[1:]]
    of_text = run("discover", POWER, "--min-freq", "4", "-q").out.decode().splitlines()[1:]
    assert len(set(terms[:50]) & {line.split(",")[0] for line in of_text[:70]}) > 35
    freq = {line.split(",")[0]: int(line.split(",")[2]) for line in of_text}
    assert all(
        int(line.split(",")[2]) <= freq.get(line.split(",")[0], 10**9) for line in found.out.decode().splitlines()[1:]
    )
    below = run("discover", whole, "--min-freq", "2")
    assert "is complete from frequency 4 on: what is rarer may be missing, or occur up to 3 times more" in below.err


def test_other_commands_on_files_without_text(whole: Path, tmp_path: Path) -> None:
    said = run("info", whole).out.decode()
    assert "complete: from frequency 4 on: nothing that occurs so often is missing" in said
    assert "parts: 3\n" in said
    explained = run("explain", "断路器", "-c", whole)
    assert explained.code == 0
    assert "(edge)" in explained.out.decode()
    assert "not known to occur 2 times (--min-freq)" in run("explain", "熔断器座", "-c", whole).out.decode()
    assert run("discover", ENCYCLOPEDIA, "-b", whole, "-q").code == 0
    (tmp_path / "s.txt").write_text("断路器", encoding="utf-8")
    refused = {
        ("discover", whole, "--contexts", "1"): "holds counts and no text to show",
        ("discover", whole, "--seeds", tmp_path / "s.txt"): "holds no text, which --seeds needs",
        ("neighbours", "断路器", "-c", whole): "holds no text, which likeness of use needs",
        ("tally", tmp_path / "s.txt", whole): "knows no term that is rare",
        ("discover", whole, "--max-length", "11"): "was counted up to 10 symbols, without its text",
        ("count", whole, POWER, "-o", tmp_path / "x.tmc"): "holds no text: add it to files of its kind",
    }
    for command, error in refused.items():
        ended = run(*command)
        assert ended.code != 0
        assert error in ended.err, ended.err
        assert ended.err.splitlines()[-1].startswith("termmine: error: ")


def test_files_that_cannot_be_merged(shards: list[Path], tmp_path: Path) -> None:
    source = shards[0].with_suffix(".txt")
    made = {
        "text.tmc": [], "final.tmc": ["--no-text"], "short.tmc": ["--no-text", "--floor", "2", "--max-length", "4"],
        "file.tmc": ["--no-text", "--floor", "2", "--document", "file"],
    }  # fmt: skip
    for name, given in made.items():
        assert run("count", source, "-o", tmp_path / name, *given, "-q").code == 0
    for name, error in {
        "text.tmc": "one holds its text or was counted without --floor",
        "final.tmc": "one holds its text or was counted without --floor",
        "short.tmc": "short.tmc: was counted up to 4 symbols, without its text: give --max-length 4",
        "file.tmc": "were counted with different --document",
    }.items():
        for files in ([shards[1], tmp_path / name], [tmp_path / name, shards[1]]):
            ended = run("merge", *files, "-o", tmp_path / "x.tmc")
            assert ended.code == 2
            assert error in ended.err, ended.err
    assert not (tmp_path / "x.tmc").exists()
    shorter = ["merge", shards[1], tmp_path / "short.tmc", "--max-length", "4", "-o", tmp_path / "x.tmc", "-q"]
    assert run(*shorter).code == 0
    for given, error in ((["--floor", "2"], "give --no-text, too"), (["--no-text", "--floor", "0"], "at least 1")):
        assert error in run("count", source, "-o", tmp_path / "y.tmc", *given).err
    both = ["--no-text", "--floor", "2", "--min-freq", "2"]
    assert "--floor and --min-freq: both say what is rare" in run("count", source, "-o", tmp_path / "y.tmc", *both).err


def test_a_second_round(shards: list[Path], whole: Path, tmp_path: Path) -> None:
    """Counted once more by the merged file, every term has the figures of the whole text."""
    exact = []
    for path in shards:
        exact.append(tmp_path / path.name)
        assert run("count", path.with_suffix(".txt"), "--no-text", "--exactly", whole, "-o", exact[-1]).code == 0
    assert "hold 12854 symbols of text, but" in run("merge", *exact[:2], "-o", tmp_path / "two.tmc").err
    added = run("merge", *exact, "-o", tmp_path / "all.tmc")
    assert "among them all of frequency 4 and more; " in added.err
    assert "counts are exact, from frequency 4 on all of them" in added.err
    assert "counted: the n-grams of a merged file of 19398 symbols, exactly" in run("info", exact[0]).out.decode()
    texts = [path.with_suffix(".txt") for path in shards]
    for given in (["--min-freq", "4"], ["--min-freq", "2"]):
        counts = [figures(run("discover", *source, *given, "-q").out) for source in ([tmp_path / "all.tmc"], texts)]
        assert len(counts[0].keys() & counts[1].keys()) > 100
        assert all(counts[0][term] == counts[1][term] for term in counts[0].keys() & counts[1].keys())
    assert "what is rarer may be missing; --min-freq 4 leaves it out" in run("discover", tmp_path / "all.tmc").err
    source = texts[0]
    refused = {
        ("merge", exact[0], shards[1], "-o", tmp_path / "x.tmc"): "were not counted --exactly by the same file",
        ("merge", *exact, exact[0], "-o", tmp_path / "x.tmc"): "leave out what is there twice",
        ("count", source, "--no-text", "--exactly", source, "-o", tmp_path / "x.tmc"): "0.txt: is no file that",
        ("count", source, "--exactly", whole, "-o", tmp_path / "x.tmc"): "--exactly: is for files without text",
        ("count", source, "--no-text", "--floor", "2", "--exactly", whole, "-o", whole): "give one of them",
        ("count", source, "--no-text", "--exactly", whole, "--max-length", "4", "-o", tmp_path / "x.tmc"): "up to 10",
        ("count", source, "--no-text", "--exactly", whole, "-o", whole): "is an input",
        ("count", source, "--no-text", "--exactly", whole, "--document", "file", "-o", tmp_path / "x.tmc"):
            "was counted with --document line, not file",
    }  # fmt: skip
    for command, error in refused.items():
        ended = run(*command)
        assert ended.code == 2, ended.err
        assert error in ended.err, ended.err
    termmine.count(source, tmp_path / "0.py.tmc", no_text=True, exactly=str(whole))
    assert (tmp_path / "0.py.tmc").read_bytes() == exact[0].read_bytes()


def figures(csv: bytes) -> dict[str, list[str]]:
    """The frequency and the document frequency of each term of a list."""
    return {cells[0]: cells[2:4] for cells in (line.split(",") for line in csv.decode().splitlines()[1:])}


def test_from_python(shards: list[Path], whole: Path, tmp_path: Path) -> None:
    text = shards[0].with_suffix(".txt")
    counted = termmine.count(text, tmp_path / "a.tmc", no_text=True, floor=2)
    assert (tmp_path / "a.tmc").read_bytes() == shards[0].read_bytes()
    assert counted.bounds is not None
    assert (counted.min_freq, counted.bounds.complete_from, counted.bounds.exact_from) == (2, 2, 2)
    counted = termmine.merge(shards, tmp_path / "all.tmc")
    assert (tmp_path / "all.tmc").read_bytes() == whole.read_bytes()
    assert counted.bounds is not None
    assert counted.bounds.complete_from == counted.min_freq == 4 <= counted.bounds.exact_from
    assert len(termmine.discover(tmp_path / "all.tmc", min_freq=4))


# --- damage ----------------------------------------------------------------------------------------------------------


def fails(data: bytes, path: Path) -> bool:
    """True where a file is refused by a clear line; False where it is read."""
    path.write_bytes(data)
    try:
        file = load(path, IN_MEMORY)
    except TermmineError as error:
        assert str(error).startswith(str(path))
        assert str(error).count("\n") == 0
        return True
    merged([(file.corpus, file.table)], file.settings.max_length, None, IN_MEMORY)
    cut(file.corpus, file.table, 1, 3, IN_MEMORY)
    return False


def test_damage_is_an_error(shards: list[Path], tmp_path: Path) -> None:
    data, draw = shards[0].read_bytes(), random.Random(1)
    for _ in range(20 if naive.TINY else 120):
        bad = bytearray(data)
        place = draw.choice([draw.randrange(HEADER_SIZE), draw.randrange(HEADER_SIZE, len(data))])
        bad[place] ^= 1 << draw.randrange(8)
        assert fails(bytes(bad), tmp_path / "bad.tmc"), place
    for bad in (data[: draw.randrange(len(data))], data + b"x", data + data, data[:HEADER_SIZE], MAGIC):
        assert fails(bytes(bad), tmp_path / "bad.tmc")


def forged(data: bytes, draw: random.Random) -> bytes:
    """The same file with some numbers that are others, and right checksums."""
    header = unpacked_header(data[:HEADER_SIZE], len(data), "good")
    chosen, body, end = draw.choice(header["sections"])["name"], b"", HEADER_SIZE
    for section in header["sections"]:
        some = data[section["offset"] : section["offset"] + section["n_bytes"]]
        if section["name"] == chosen and section["length"]:
            planes = np.frombuffer(zlib.decompress(some), dtype=np.uint8).reshape(8, -1)
            column = np.ascontiguousarray(planes.T).view("<i8").ravel().copy()
            place = draw.randrange(len(column))
            column[place] = draw.choice([0, -1, 1 << 31, 1 << 40, 1 << 62, -(1 << 63), int(column[place]) + 1, 0x4E00])
            some = b"".join(packing.packed(column))
        section |= {"offset": end, "n_bytes": len(some), "crc32": zlib.crc32(some)}
        body, end = body + some, end + len(some)
    if draw.random() < 0.3:
        header[draw.choice([key for key in header if key != "sections"])] = draw.choice(
            [-1, 1 << 40, None, "x", [], {}]
        )
    return packed_header(header) + body


def test_a_forgery_is_an_error_or_could_be_so(shards: list[Path], tmp_path: Path) -> None:
    data, draw = shards[0].read_bytes(), random.Random(2)
    n = 20 if naive.TINY else 150
    assert sum(fails(forged(data, draw), tmp_path / "bad.tmc") for _ in range(n)) > 0.5 * n


def test_packed_numbers_come_back(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    for length in (0, 1, 7, 1000):
        column = draw.integers(-(1 << 63), 1 << 63, length) >> draw.integers(0, 63, length)
        data = b"".join(packing.packed(column))
        (tmp_path / "x").write_bytes(data)
        for n_bytes, n in ((len(data), length), (len(data) - 1, length), (len(data), length + 1)):
            with (tmp_path / "x").open("rb") as file:
                found = packing.unpacked(file, n_bytes, n, IN_MEMORY)
            if (n_bytes, n) == (len(data), length):
                assert found is not None
                assert found[0].tolist() == column.tolist()
                assert found[1] == zlib.crc32(data)
            else:
                assert found is None


def test_nothing_reaches_a_high_floor(tmp_path: Path) -> None:
    """A part may hold nothing at all; it counts as one that cannot tell."""
    (tmp_path / "t.txt").write_text("变压器\n", encoding="utf-8")
    assert run("count", tmp_path / "t.txt", "--no-text", "--floor", "9", "-o", tmp_path / "a.tmc", "-q").code == 0
    merged_file = run("merge", tmp_path / "a.tmc", tmp_path / "a.tmc", "-o", tmp_path / "b.tmc")
    assert merged_file.code == 0
    assert "nothing occurs 2 times" in run("discover", tmp_path / "b.tmc").err


def test_settings_name_no_floor() -> None:
    """The header of files with text is as it was."""
    assert set(Settings.__dataclass_fields__) == {"document", "fold", "max_length", "least", "neighbours", "text"}
    assert read_part.__doc__
