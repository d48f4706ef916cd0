"""The page's modules: their own tests in node, and beside termmine where both know the same thing."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from termmine.candidates.verdicts import VERDICTS, verdict_of
from termmine.errors import TermmineError
from termmine.formats.cells import guard, unguard
from termmine.formats.read import read_terms
from termmine.formats.write import render
from termmine.review.listing import make_listing
from termmine.review.page import list_data

HERE = Path(__file__).parent / "js"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None, reason="node is not installed: the page's modules are not tried by themselves"
)

PARTS = ["变压器", "GPU", '"', ",", ";", "\t", "\n", "'", "=", "-", "＝", " ", "<b>", "𠮷", "\u202e", "1", "y", "是"]


def node(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run([NODE, *arguments], input=stdin, capture_output=True, encoding="utf-8", check=False)


def answers(questions: list[tuple[str, list[Any]]]) -> list[Any]:
    """What functions of the page give, each with its arguments."""
    done = node(str(HERE / "answer.mjs"), stdin=json.dumps(questions))
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name.split(".")[0])
def test_the_modules_tests_pass(path: Path) -> None:
    done = node("--test", str(path))
    assert done.returncode == 0, done.stdout + done.stderr


def texts(seed: int, n: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(PARTS, k=chance.randrange(5))) for _ in range(n)]


def test_cells_are_guarded_alike() -> None:
    cells = texts(1, 3000)
    assert answers([("guard", [cell]) for cell in cells]) == [guard(cell) for cell in cells]
    assert answers([("unguard", [cell]) for cell in cells]) == [unguard(cell) for cell in cells]


def test_tables_are_read_alike() -> None:
    chance = random.Random(2)
    tables = []
    for _ in range(1000):
        rows = [["x", *texts(chance.randrange(10**6), 2)] for _ in range(3)]
        text = io.StringIO()
        csv.writer(text, lineterminator=chance.choice(["\n", "\r\n"])).writerows(rows)
        tables.append(text.getvalue())
    expected = [
        [[unguard(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))] for text in tables
    ]
    assert answers([("table", [text, ","]) for text in tables]) == expected


def test_verdicts_are_understood_alike() -> None:
    cells = [*texts(3, 500), *VERDICTS, " 否 ", "１", "TRUE", "maybe", "ｎ", "✔\ufe0f"]
    data = list_data(make_listing(pd.DataFrame({"term": ["甲"]}), "a.csv", None), "a.csv", None)
    assert answers([("verdictOf", [data, cell]) for cell in cells]) == [letter_of(cell) for cell in cells]


def letter_of(cell: str) -> str | None:
    try:
        return {True: "y", False: "n", None: ""}[verdict_of(cell, "甲", "a.csv")]
    except TermmineError:
        return None


def a_list(seed: int) -> pd.DataFrame:
    """A table such as people have: figures with gaps, and columns of their own."""
    chance = random.Random(seed)
    rows = chance.randrange(1, 5)
    own = texts(seed, 2 * rows)
    return pd.DataFrame(
        {
            "term": [f"词{i}{text.strip()}" for i, text in enumerate(texts(seed + 1, rows))],
            "score": pd.Series([chance.choice([2.0, -0.5, float("nan"), 12.3456]) for _ in range(rows)], dtype=float),
            "freq": pd.array([chance.choice([3, 1000, None]) for _ in range(rows)], dtype="Int64"),
            "known": [chance.random() < 0.5 for _ in range(rows)],
            "部门": own[:rows],
            "备注": own[rows:],
        }
    )


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_saved_list_is_the_exported_one_with_decisions(form: str, tmp_path: Path) -> None:
    """Byte for byte what `export` writes of the same table, and what termmine reads of it is the same."""
    questions, expected = [], []
    for seed in range(400):
        frame, chance = a_list(seed), random.Random(seed)
        judged = {"verdict": [chance.choice(["y", "n", ""]) for _ in frame.index], "译文": texts(seed + 2, len(frame))}
        fields = {"verdict": "verdict", "translation": "译文"}
        changes = [
            {"row": row, "field": field, "value": judged[name][row]}
            for field, name in fields.items()
            for row in frame.index
        ]
        data = list_data(make_listing(frame, "a.csv", "zh"), f"a.{form}", "zh")
        questions.append(("saved", [data, changes, form]))
        expected.append(render(frame.assign(**judged), form, bom=form == "csv").decode())
    saved = answers(questions)
    assert saved == expected
    path = tmp_path / f"saved.{form}"
    path.write_text(saved[7], encoding="utf-8", newline="")
    read = read_terms(path)
    assert read["term"].tolist() == a_list(7)["term"].tolist()
    assert read["部门"].tolist() == a_list(7)["部门"].tolist()


def test_an_emoji_before_a_term_moves_no_mark() -> None:
    """JavaScript counts a character beyond the basic plane as two."""
    from termmine.review.gather import gather
    from termmine.review.page import page_data
    from termmine.search.lines import Line

    lines = [Line("a", 1, "𠮷𠮷😀的ＳＱＬ 语句😀很长。")]
    listing = make_listing(pd.DataFrame({"term": ["SQL语句", "很长"]}), "a.csv", None)
    data, _, _ = page_data(listing, gather(listing.terms, lines, 3, 20), name="a.csv", language=None, room=10_000)
    assert answers([("marked", [data, row]) for row in (0, 1)]) == [["ＳＱＬ 语句"], ["很长"]]
