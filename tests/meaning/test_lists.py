"""Lists grown and grouped by their commands, on the sample, which is too small for vectors unless that is allowed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import termmine
from support.command import POWER, Run, run
from termmine.meaning import vectors
from termmine.meaning.grouped import COLUMNS as GROUP_COLUMNS
from termmine.meaning.grouped import group_list
from termmine.meaning.grown import COLUMNS as GROW_COLUMNS
from termmine.meaning.grown import Seeds, grow_list
from termmine.meaning.growth import Demand
from termmine.meaning.uses import Uses


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors are made of little text, too."""
    monkeypatch.setattr(vectors, "LEAST_UNITS", 20)
    monkeypatch.setattr(vectors, "N_CONTEXTS", 60)  # and quickly
    monkeypatch.setattr(vectors, "N_DIMENSIONS", 20)


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lists") / "terms.csv"
    assert run("discover", POWER, "--top", 200, "-o", path).code == 0
    return path


def rows(done: Run) -> list[dict[str, str]]:
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out.decode())))


def listed(path: Path) -> list[str]:
    """The terms of a list."""
    return [row["term"] for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))]


def lines(path: Path, *words: str) -> Path:
    path.write_text("".join(word + "\n" for word in words), encoding="utf-8")
    return path


@pytest.mark.usefixtures("little")
def test_grow_orders_the_list_and_tells_the_paths(terms: Path, tmp_path: Path) -> None:
    before = listed(terms)
    seeds, bad = lines(tmp_path / "seeds.txt", *before[:3], "没有的词"), lines(tmp_path / "bad.txt", before[9])
    found = run("grow", terms, "-c", POWER, "--seeds", seeds, "--not", bad, "--min-likeness", 0.2, "--alpha", 0.1)
    grown = rows(found)
    assert "没有的词" in found.err
    assert sorted(row["term"] for row in grown) == sorted(set(before) - {before[9]})
    assert [row["term"] for row in grown] != [term for term in before if term != before[9]]
    assert list(grown[0])[-4:] == list(GROW_COLUMNS)
    reached = [row for row in grown if row["depth"]]
    assert {row["term"] for row in reached if row["depth"] == "0"} <= set(before[:3])
    assert 3 < len(reached) < len(grown)
    for row in reached:
        names = [part.split(" (")[0] for part in row["path"].split(" > ")]
        assert (names[0], names[-1], len(names)) == (row["seed"], row["term"], int(row["depth"]) + 1)
        assert row["seed"] in before[:3]
    only = rows(
        run(
            "grow",
            terms,
            "-c",
            POWER,
            "--seeds",
            seeds,
            "--not",
            bad,
            "--min-likeness",
            0.2,
            "--alpha",
            0.1,
            "--reached",
        )
    )
    assert only == reached


@pytest.mark.usefixtures("little")
def test_grow_is_the_same_on_any_number_of_threads(terms: Path) -> None:
    one, two = (run("grow", terms, "-c", POWER, "--threads", n) for n in (1, 2))
    assert "no seeds are given" in one.err
    assert rows(one)
    assert one.out == two.out


@pytest.mark.usefixtures("little")
def test_seeds_of_which_none_occurs_are_an_error(terms: Path, tmp_path: Path) -> None:
    output = tmp_path / "grown.csv"
    seeds = lines(tmp_path / "seeds.txt", "没有的词", "也没有")
    done = run("grow", terms, "-c", POWER, "--seeds", seeds, "-o", output)
    assert done.code == 1
    assert f"{seeds}: none of its 2 seeds occurs often enough" in done.err
    assert not output.exists()


@pytest.mark.parametrize("command", ["grow", "group"])
def test_too_little_text_is_an_error_that_says_so(command: str, terms: Path) -> None:
    done = run(command, terms, "-c", POWER)
    assert done.code == 1
    assert "too little text for vectors: fewer than 1,000 different words" in done.err


def test_likenesses_that_cannot_be_meant_are_refused(terms: Path) -> None:
    done = run("grow", terms, "-c", POWER, "--min-likeness", 0.9)
    assert done.code == 2
    assert "--max-likeness 0.7" in done.err


@pytest.mark.usefixtures("little")
def test_group_writes_a_table_and_a_tree_of_the_same(terms: Path, tmp_path: Path) -> None:
    text = tmp_path / "power.txt"
    shown = listed(terms)
    text.write_text(POWER.read_text(encoding="utf-8") + f"{shown[0]}（DL）。{shown[0]}（DL）", encoding="utf-8")
    options = ("group", terms, "-c", text, "--groups", 12, "--families", 4)
    table, again = rows(run(*options)), rows(run(*options, "--threads", 1))
    tree = json.loads(run(*options, "--format", "json").out)
    assert table == again
    assert list(table[0])[-len(GROUP_COLUMNS) :] == list(GROUP_COLUMNS)
    variants = [name for row in table for name in row["variants"].split("; ") if name]
    assert "DL" in variants
    assert sorted([row["term"] for row in table] + variants) == sorted([*shown, "DL"])
    walked = [
        (str(family["family"]), family["name"], str(group["group"]), group["name"], one["term"], one["variants"])
        for family in tree["families"]
        for group in family["groups"]
        for one in group["terms"]
    ]
    told = [
        (row["family"], row["family_name"], row["group"], row["group_name"], row["term"])
        for row in table
        if row["group"] != "0"
    ]
    assert [one[:5] for one in walked] == told
    assert {row["group"] for row in table} - {"0"} == {str(i) for i in range(1, 13)}
    assert [one["term"] for one in tree["ungrouped"]] == [row["term"] for row in table if row["group"] == "0"]


class _Few(Uses):
    """Vectors by a dictionary."""

    def __init__(self, known: dict[str, tuple[float, ...]]) -> None:
        names = list(known)
        matrix = np.array(list(known.values()), dtype=np.float32)
        object.__setattr__(self, "vectors", vectors.Vectors(np.arange(len(names)), np.ones(len(names)), matrix))
        object.__setattr__(self, "names", names)

    def entries(self, strings: list[str]) -> np.ndarray:
        return np.array([self.names.index(s) if s in self.names else -1 for s in strings], dtype=np.int64)


def test_a_seed_need_not_be_in_the_list() -> None:
    notes: list[str] = []
    uses = _Few({"甲": (1, 0), "乙": (0.9, 0.1), "丙": (-1, 0), "丁": (0, -1)})
    given = (["乙", "丙", "戊"], np.array([1.0, 1.0, 1.0]), np.zeros(3, dtype=bool))
    grown = grow_list(*given, uses, Seeds(["甲", "己"], ["丁"]), Demand(), notes.append)
    assert grown.columns["path"].tolist()[0].startswith("甲 > 乙 (")
    assert grown.columns["depth"].tolist() == [1, None, None]
    assert grown.order.tolist()[0] == 0
    assert notes == ["--seeds: not often enough in the corpus, so left out: 己"]


def test_a_thing_has_the_vector_of_any_of_its_names() -> None:
    uses = _Few({"变压器的油温": (1, 0), "断路器": (0, 1), "开关": (0.1, 1)})
    found = group_list(["变压器油温", "断路器", "变压器的油温", "开关", "无"], uses, {}, 2, 2)
    assert pd.DataFrame(found.columns())["group"].tolist() == [1, 2, 2, 0]
    assert found.columns()["variants"].tolist() == ["变压器的油温", "", "", ""]
    assert found.rows().tolist() == [0, 1, 3, 4]


@pytest.mark.usefixtures("little")
def test_discover_grows_in_one_go(terms: Path, tmp_path: Path) -> None:
    before = listed(terms)
    seeds = lines(tmp_path / "seeds.txt", *before[3:6], "没有的词")
    found = run("discover", POWER, "--seeds", seeds, "--top", 50)
    grown = rows(found)
    assert "没有的词" in found.err
    assert list(grown[0])[-4:] == list(GROW_COLUMNS)
    assert len(grown) == 50
    assert [row["term"] for row in grown] != before[:50]
    assert {row["seed"] for row in grown if row["depth"]} <= set(before[3:6])
    assert [row["path"] for row in grown if row["depth"] == "0"] == [r["term"] for r in grown if r["depth"] == "0"]
    assert run("discover", POWER, "--seeds", seeds, "--top", 50, "--threads", 1).out == found.out


def test_seeds_without_vectors_are_an_error(terms: Path, tmp_path: Path) -> None:
    seeds = lines(tmp_path / "seeds.txt", "断路器")
    done = run("discover", POWER, "--seeds", seeds)
    assert (done.code, done.out) == (1, b"")
    assert "--seeds: too little text for vectors" in done.err
    done = run("discover", POWER, "--seeds", seeds, "--measure", "keyness")
    assert "--seeds: needs the measure score, not keyness" in done.err
    done = run("discover", POWER, "--seeds", seeds, "--feedback", terms)
    assert "--seeds and --feedback" in done.err


@pytest.mark.usefixtures("little")
def test_the_functions_give_what_the_commands_write(terms: Path) -> None:
    words = listed(terms)[:3]
    grown = termmine.grow(terms, POWER, words, words[:0], reached_only=True)
    assert grown["depth"].notna().all()
    assert set(grown["seed"]) <= set(words)
    found = termmine.group(terms, POWER, groups=12, families=4)
    assert list(found.columns)[-len(GROUP_COLUMNS) :] == list(GROUP_COLUMNS)
    names = [group["name"] for family in found.attrs["tree"]["families"] for group in family["groups"]]
    assert names == list(dict.fromkeys(found["group_name"][found["group"] > 0]))


@pytest.mark.usefixtures("little")
def test_group_draws_a_map_beside_the_table(terms: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: no map is drawn")
    page, svg = tmp_path / "map.html", tmp_path / "map.svg"
    table = rows(run("group", terms, "-c", POWER, "--plot", page, "--points", 30))
    run("group", terms, "-c", POWER, "--plot", svg, "--points", 30)
    grouped = [row["term"] for row in csv.DictReader(io.StringIO(run("group", terms, "-c", POWER).out.decode()))]
    assert [row["term"] for row in table] == grouped
    data = json.loads(page.read_text(encoding="utf-8").partition('id="data">')[2].partition("</script>")[0])
    assert len(data["points"]) == 30
    for name, group, variants, _, _, sentences in data["points"]:
        row = next(row for row in table if row["term"] == name)
        assert (row["group"], row["group_name"]) == (str(group), data["groups"][group])
        assert row["variants"] == "; ".join(variants)
        assert any(text[begin:end] for text, begin, end, _ in sentences)
    picture = svg.read_text(encoding="utf-8")
    assert picture.count("<circle") == 30
    assert picture.strip() in page.read_text(encoding="utf-8")
    done = run("group", terms, "-c", POWER, "--plot", tmp_path / "map.gif")
    assert (done.code, done.out) == (2, b"")
    assert "its name tells no picture: end it in .html or .svg" in done.err
