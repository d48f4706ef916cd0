"""The whole way from text to terms: the library and the command agree, and nothing but the text matters."""

from __future__ import annotations

import json
from itertools import permutations, product
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import termmine
from support.command import ENCYCLOPEDIA, POWER, run
from support.tables import everything_mapped
from termmine.formats.write import COLUMNS, columns_of, frame_of, produce, produce_parts, render
from termmine.measures import MEASURES
from termmine.options import DiscoverOptions
from termmine.pipeline import run_discovery
from termmine.ranking import distribution
from termmine.ranking import order as ranking
from termmine.readers import files
from termmine.runtime.job import Job
from termmine.text import pieces

POWER_LINES = POWER.read_text(encoding="utf-8").splitlines()
ENCYCLOPEDIA_LINES = ENCYCLOPEDIA.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    """What the library finds in the sample; do not change it."""
    return termmine.discover(POWER, ENCYCLOPEDIA)


def in_contexts(*terms: str) -> list[str]:
    """Lines in which each term has many neighbours on both sides, and an edge on either side too."""
    befores, afters = ("", "看", "用", "把", "测", "改"), ("", "吧", "呢", "啊", "了", "吗")
    return [before + term + after for term in terms for before, after in product(befores, afters)]


def terms_of(lines: list[str], **options: object) -> list[str]:
    """The terms in lines, each a document, the best first."""
    return list(termmine.discover(lines, ENCYCLOPEDIA_LINES, **options)["term"])


# --- the library and the command -------------------------------------------------------------------------------------


def test_the_columns(sample: pd.DataFrame) -> None:
    assert tuple(sample.columns) == COLUMNS
    assert list(sample.index) == list(range(len(sample)))
    assert [sample[name].dtype for name in COLUMNS[1:]] == ["f8", *["i8"] * 3, *["f8"] * 5, "bool"]
    assert len(sample) > 500
    assert sample["term"].is_unique
    assert sample.notna().all(axis=None)


def test_the_library_equals_the_command(sample: pd.DataFrame) -> None:
    result = run("discover", POWER, "--background", ENCYCLOPEDIA)
    assert (result.code, result.err) == (0, "")
    assert result.out == render(sample, "csv")


@pytest.mark.parametrize("given", [str, Path, lambda path: [path], lambda path: (Path(path),)])
def test_paths(sample: pd.DataFrame, given: type) -> None:
    pd.testing.assert_frame_equal(termmine.discover(given(POWER), given(ENCYCLOPEDIA)), sample)


def test_strings_are_a_document_each(sample: pd.DataFrame) -> None:
    """The lines of a file, each a document, give what the file gives."""
    found = termmine.discover(POWER_LINES, tuple(ENCYCLOPEDIA_LINES))
    for a, b in ((iter(POWER_LINES), ENCYCLOPEDIA), ((line for line in POWER_LINES), iter(ENCYCLOPEDIA_LINES))):
        pd.testing.assert_frame_equal(termmine.discover(a, b), found, check_exact=True)
    pd.testing.assert_frame_equal(found, sample, check_exact=True)


def test_standard_input_equals_a_file(sample: pd.DataFrame) -> None:
    assert run("discover", "-", "-b", ENCYCLOPEDIA, stdin=POWER.read_bytes()).out == render(sample, "csv")
    assert run("discover", POWER, "-b", "-", stdin=ENCYCLOPEDIA.read_bytes()).out == render(sample, "csv")


def test_several_backgrounds_add_up(sample: pd.DataFrame) -> None:
    twice = termmine.discover(POWER, [ENCYCLOPEDIA, ENCYCLOPEDIA])
    found = twice.set_index("term")["background_freq"]
    expected = 2 * sample.set_index("term")["background_freq"]
    both = found.index.intersection(expected.index)
    assert len(both) > 500
    assert (found[both] == expected[both]).all()
    assert run("discover", POWER, "-b", ENCYCLOPEDIA, "-b", ENCYCLOPEDIA).out == render(twice, "csv")


def test_counts_are_exact(sample: pd.DataFrame) -> None:
    """Against `str.count` in the text without what ends no run; Han terms only, without overlaps with themselves."""
    power, encyclopedia = ("\n".join(lines) for lines in (POWER_LINES, ENCYCLOPEDIA_LINES))
    for row in sample[sample["term"].str.fullmatch(r"[一-鿿]+")].itertuples():
        assert row.freq == power.count(row.term)
        assert row.doc_freq == sum(row.term in line for line in POWER_LINES)
        assert row.background_freq == encyclopedia.count(row.term)


# --- order -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_ranks(sample: pd.DataFrame, measure: str) -> None:
    frame = termmine.discover(POWER, ENCYCLOPEDIA, measure=measure)
    expected = sorted(zip(-frame["score"], frame["term"], strict=True))
    assert list(zip(-frame["score"], frame["term"], strict=True)) == expected
    if measure in COLUMNS:
        assert (frame["score"] == frame[measure]).all()
    n = 23
    top = termmine.discover(POWER, ENCYCLOPEDIA, measure=measure, top=n)
    pd.testing.assert_frame_equal(top, frame.head(n), check_exact=True)


def test_ties_are_broken_by_term(sample: pd.DataFrame) -> None:
    frame = termmine.discover(POWER, ENCYCLOPEDIA, measure="weirdness")
    tied = frame[frame["score"] == frame["score"].mode()[0]]
    assert len(tied) > 50
    assert list(tied["term"]) == sorted(tied["term"])
    top = termmine.discover(POWER, ENCYCLOPEDIA, measure="weirdness", top=int(tied.index[10]))
    pd.testing.assert_frame_equal(top, frame.head(len(top)))


@given(st.lists(st.tuples(st.sampled_from([3.5, 2.0, 0.0, -0.0, -1.5]), st.text("甲乙丙", min_size=1)), max_size=30))
def test_rows_of_one_score_come_in_order_of_their_terms(rows: list[tuple[float, str]]) -> None:
    rows.sort(key=lambda row: -row[0])
    scores, terms = np.array([score for score, _ in rows]), np.array([term for _, term in rows], dtype=object)
    found = [rows[i] for i in ranking._by_term(scores, terms)]
    assert found == sorted(rows, key=lambda row: (-row[0], row[1]))


def test_more_than_all_is_all(sample: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(termmine.discover(POWER, ENCYCLOPEDIA, top=10**6), sample)


# --- nothing but the text matters ------------------------------------------------------------------------------------


def test_two_runs_are_equal(sample: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(termmine.discover(POWER, ENCYCLOPEDIA), sample, check_exact=True)


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.txt", "b.txt", "c.txt")]
    for i, path in enumerate(paths):
        path.write_text("\n".join(POWER_LINES[i::3]), encoding="utf-8")
    in_directory = run("discover", tmp_path, "-b", ENCYCLOPEDIA)
    assert in_directory.code == 0
    for order in permutations(paths):
        assert run("discover", *order, "-b", ENCYCLOPEDIA) == in_directory


@pytest.mark.parametrize(("read", "encoded"), [(777, 501), (4096, 1 << 20), (1 << 20, 100)])
def test_the_size_of_blocks_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, sample: pd.DataFrame, read: int, encoded: int
) -> None:
    monkeypatch.setattr(files, "BLOCK", read)
    monkeypatch.setattr(pieces, "PIECE", encoded)
    pd.testing.assert_frame_equal(termmine.discover(POWER, ENCYCLOPEDIA), sample, check_exact=True)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_the_encoding_does_not_matter(tmp_path: Path, sample: pd.DataFrame, encoding: str) -> None:
    path = tmp_path / "power.txt"
    path.write_bytes(POWER.read_text(encoding="utf-8").encode(encoding))
    result = run("discover", path, "-b", ENCYCLOPEDIA)
    assert result.out == render(sample, "csv")
    said = "" if encoding == "utf-8-sig" else f"termmine: corpus: 1 file read as {encoding}\n"
    assert result.err == said
    assert run("discover", path, "--encoding", encoding, "-q").code == 0


# --- what a term is --------------------------------------------------------------------------------------------------

MIXED = ["K线图", "A股账户", "5G基站", "糖类抗原19-9", "β受体阻滞剂", "B超", "C++编译器"]


def test_terms_of_mixed_scripts() -> None:
    found = terms_of(in_contexts(*MIXED))
    assert set(MIXED) <= set(found)
    pieces = {"线图", "股账户", "基站", "类抗原19-9", "抗原19-9", "受体阻滞剂", "阻滞剂", "编译器"}
    assert not pieces & set(found)


def test_a_blank_between_han_and_latin_makes_no_difference() -> None:
    lines = in_contexts("GPU加速") + in_contexts("GPU 加速") + in_contexts("ＧＰＵ　加速")
    frame = termmine.discover(lines, ENCYCLOPEDIA_LINES).set_index("term")
    assert frame.loc["GPU 加速", "freq"] == len(lines)  # as two of three write it
    assert len({term.replace(" ", "") for term in frame.index}) == len(frame)  # each is there in one spelling
    assert not [term for term in frame.index if "GPU加速" in term]


def test_the_commonest_form_is_shown() -> None:
    lines = in_contexts("gpu加速") + in_contexts("GPU加速") * 2 + in_contexts("Gpu加速")
    frame = termmine.discover(lines, ENCYCLOPEDIA_LINES).set_index("term")
    assert frame.loc["GPU加速", "freq"] == len(lines)
    assert not {"gpu加速", "Gpu加速"} & set(frame.index)


def test_forms_that_are_equally_common_are_shown_by_code_point() -> None:
    for lines in (in_contexts("gpu加速", "GPU加速"), in_contexts("GPU加速", "gpu加速")):
        assert "GPU加速" in terms_of(lines)


def test_a_term_holds_a_han_character_unless_told_otherwise() -> None:
    lines = in_contexts("air motor", "K线图", "かなカナ")
    found = terms_of(lines)
    assert "K线图" in found
    assert not {"air motor", "かなカナ"} & set(found)
    assert all(any("一" <= character <= "鿿" for character in term) for term in found)
    assert {"K线图", "air motor", "かなカナ"} <= set(terms_of(lines, any_script=True))


def test_a_corpus_without_han_characters_has_terms_of_any_script() -> None:
    lines = [f"{before} air motor {after}" for before in "abcdef" for after in "uvwxyz"]
    assert "air motor" in terms_of(lines, any_script=True)


def test_fragments_are_absorbed_and_shown(tmp_path: Path) -> None:
    lines = 2 * in_contexts("保湿隔离") + [character + "湿隔离" for character in "大水土雪雨雾露"]
    (tmp_path / "corpus.txt").write_text("\n".join(lines), encoding="utf-8")
    kept = terms_of(lines)
    assert "保湿隔离" in kept
    assert "湿隔离" not in kept
    absorbed = tmp_path / "absorbed.csv"
    assert run("discover", tmp_path / "corpus.txt", "-b", ENCYCLOPEDIA, "--absorbed", absorbed).code == 0
    data = absorbed.read_bytes().decode()
    assert data.startswith("term,freq,absorbed_by\n")
    assert "\n湿隔离,79,保湿隔离\n" in data


def test_a_part_that_stands_alone_is_kept() -> None:
    found = terms_of(in_contexts("保湿隔离") + in_contexts("隔离"))
    assert {"保湿隔离", "隔离"} <= set(found)


def test_a_document_is_a_line_or_a_file(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("\n".join(in_contexts("变压器")), encoding="utf-8")

    def doc_freq(document: str) -> int:
        frame = termmine.discover(tmp_path, ENCYCLOPEDIA, document=document).set_index("term")
        assert frame.loc["变压器", "freq"] == 72
        return int(frame.loc["变压器", "doc_freq"])

    assert doc_freq("line") == 72
    assert doc_freq("file") == 2


# --- the background and the signature --------------------------------------------------------------------------------


def test_without_a_background_jieba_serves() -> None:
    result = run("discover", POWER, "--top", 20)
    assert result.code == 0
    assert result.err == "termmine: background: jieba 0.42.1 dictionary (no --background given)\n"
    frame = termmine.discover(POWER, top=20)
    assert render(frame, "csv") == result.out
    assert frame.attrs["signature"]["background"]["name"] == "jieba 0.42.1 dictionary (no --background given)"
    assert {"断路器", "变压器"} & set(frame["term"])


def test_known_means_in_jiebas_dictionary(sample: pd.DataFrame) -> None:
    known = sample.set_index("term")["known"]
    assert known["变压器"]
    assert not known["重合闸"]


def test_the_signature_is_the_same_everywhere(tmp_path: Path, sample: pd.DataFrame) -> None:
    meta = tmp_path / "meta.json"
    result = run("discover", POWER, "-b", ENCYCLOPEDIA, "--meta", meta, "-v")
    signature = json.loads(meta.read_text(encoding="utf-8"))
    assert signature == sample.attrs["signature"]
    assert signature["termmine"] == termmine.__version__
    assert signature["options"] == DiscoverOptions(min_freq=2).signature()
    assert signature["background"]["name"] == str(ENCYCLOPEDIA)
    last = f"termmine: {len(sample)} terms; signature: {meta.read_text(encoding='utf-8')}"
    assert result.err.splitlines(keepends=True)[-1] == last


def test_the_discovery_says_what_was_absorbed() -> None:
    found = run_discovery(POWER, ENCYCLOPEDIA, DiscoverOptions())
    assert list(found.absorbed.columns) == ["term", "freq", "absorbed_by"]
    assert not set(found.absorbed["term"]) & set(found.terms["term"])
    assert all(part in whole for part, whole in zip(found.absorbed["term"], found.absorbed["absorbed_by"], strict=True))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("rows_at_once", [200, 1000])
def test_memory_changes_no_byte(sample: pd.DataFrame, tmp_path: Path, threads: int, rows_at_once: int) -> None:
    """The same list where every array lies in a file, and rows, candidates and terms are looked at a few at a time."""
    banned = tmp_path / "ban.txt"
    banned.write_text("/电$/\n变压器\n", encoding="utf-8")
    for options in (DiscoverOptions(), DiscoverOptions(top=100), DiscoverOptions(ban=(str(banned),), min_cohesion=2.0)):
        expected = run_discovery(POWER, ENCYCLOPEDIA, options).terms
        job = Job(threads=threads)
        with (
            everything_mapped(rows_at_once),
            mock.patch.object(distribution, "_size_of_part", lambda *_: rows_at_once),
            mock.patch.multiple(ranking, _FEWEST=rows_at_once, _MOST=rows_at_once),
        ):
            found = run_discovery(POWER, ENCYCLOPEDIA, options, job=job)
            parts = list(found.parts(job.left()))
            data, notes = produce_parts(found.parts(job.left()), "csv")
            written = b"".join(data)
        assert len(found.ranking) == len(expected)
        assert len(parts) > 1 or rows_at_once > len(expected)
        pd.testing.assert_frame_equal(pd.concat(map(frame_of, parts), ignore_index=True), expected)
        assert (written, notes) == (render(expected, "csv"), [])


@pytest.mark.parametrize("form", ["tsv", "jsonl", "txt", "jieba"])
def test_a_list_in_parts_is_the_list(sample: pd.DataFrame, form: str) -> None:
    parts = [columns_of(sample[i : i + 70]) for i in range(0, len(sample), 70)]
    data, notes = produce_parts(parts, form)
    whole = produce(sample, form)
    assert (b"".join(data), notes) == (whole.data, whole.notes())
