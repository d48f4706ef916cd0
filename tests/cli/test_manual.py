"""The manual page as it is installed: in the wheel, of the present commands, where man looks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.command import run
from termmine.cli import cli
from termmine.cli.manual import pages
from termmine.text.display import display_width

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with what pip puts there from the wheel's data, and a bin beside it."""
    folder = tmp_path_factory.mktemp("environment")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheel")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (folder / "wheel").iterdir()
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            _, is_data, path = name.partition(".data/data/")
            if is_data:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(packed.read(name))
    (folder / "bin").mkdir()
    return folder


def test_the_wheel_holds_the_page_of_the_present_commands_in_each_language(environment: Path) -> None:
    installed = {path.relative_to(environment / "share" / "man").as_posix(): path.read_text(encoding="utf-8")
                 for path in (environment / "share").rglob("*.1")}  # fmt: skip
    assert installed == pages(cli)
    for page in installed.values():
        assert all(f'.SH "TERMMINE {name.upper()}"' in page for name in cli.commands)
    assert installed["man1/termmine.1"] == run("help", "--man").out.decode()
    assert "从好到差" in installed["zh_CN/man1/termmine.1"]


@pytest.mark.skipif(shutil.which("man") is None, reason="needs man")
def test_man_finds_the_page_beside_the_bin_on_the_path(environment: Path) -> None:
    path = os.pathsep.join([str(environment / "bin"), os.environ["PATH"]])
    variables = {name: value for name, value in os.environ.items() if name != "MANPATH"} | {"PATH": path}
    found = subprocess.run(["man", "-w", "termmine"], capture_output=True, text=True, env=variables)
    assert found.stdout.split() == [str(environment / "share/man/man1/termmine.1")]


def test_no_line_of_chinese_is_left_to_roff_to_break(environment: Path) -> None:
    """groff's rules for Chinese (zh.tmac of 1.22.4) went round for ever on lists of names between 、."""
    page = (environment / "share/man/zh_CN/man1/termmine.1").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if display_width(line) > len(line) and line[:4].strip()]  # no examples
    assert len(lines) > 300
    plain = [line.replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\") for line in lines]
    assert max(map(display_width, plain)) <= 64


@pytest.mark.skipif(shutil.which("man") is None, reason="needs man")
@pytest.mark.parametrize("name", ["man1", "zh_CN/man1"])
def test_man_shows_the_page_to_its_end(environment: Path, name: str) -> None:
    variables = os.environ | {"LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
    command = ["man", "-l", str(environment / "share/man" / name / "termmine.1")]
    shown = subprocess.run(command, capture_output=True, text=True, env=variables, timeout=60, stdin=subprocess.DEVNULL)
    assert shown.returncode == 0
    assert all(f"TERMMINE {command.upper()}" in shown.stdout for command in cli.commands)
    assert "break line" not in shown.stderr
