"""Help and messages in Chinese: complete, and each said where it is said in English."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import termmine
from support.command import POWER, run
from termmine.cli import cli
from termmine.cli.help import COMMANDS, OPTIONS
from termmine.cli.language import chosen_language, load_language

PACKAGE = Path(termmine.__file__).parent
CHINESE = load_language("zh")

#: Calls whose arguments are said to the user.
_SAYING = {
    "TermmineError", "UsageError", "EmptyResultError", "BusyError", "BadRecordError",
    "note", "remark", "detail", "tell", "stage", "no_text", "bad", "fail", "closing", "append", "damaged", "Filter",
    "leaving_out", "Rendered",
}  # fmt: skip
_WORD = re.compile("[a-z]{3}")
_SENTENCE = re.compile("[a-z]{2,},? [a-z]+,? [a-z]{2,}")

#: What is no message: names of columns, words that are compared, text of files, and what only Python sees.
_NOT_SAID = {
    "Protocol not known", "bucket does not exist",  # in errors of libraries
    "No FileSystem for scheme|UNSUPPORTED_FILE_SYSTEM|FileSystem not found",
    "doc_freq", "cohesion", "left_entropy", "right_entropy", "debug",
    "# {}: {} terms", "# by band\tn\tR@20000\tmean gain", "# {} minus {}",  # tables of `evaluate`, for programs
    "error occurred while calling",  # a line of Spark's that is passed over
    "module {} has no attribute {}{}", "bool | Callable[[str, int, int | None], None]",
}  # fmt: skip
_NOT_SAID_IN = {  # modules that hold lists of names, patterns, or texts of a file
    "kernels", "map.py", "measures.py", "markup.py", "wikitext.py", "tbx.py", "options.py", "manual.py", "language.py",
    "draw.py", "bundle.py",
}  # fmt: skip
_LISTS = re.compile(r"^(y yes 1 true|n no 0 false|pPr rPr |(\{\}, )?(cast\(|\w+ (bigint|binary|string),))")


def templates(node: ast.AST) -> list[str]:
    """The messages that an expression can come to, each value as {}."""
    if isinstance(node, ast.Constant):
        return [re.sub(r"\{\w+\}", "{}", node.value)] if isinstance(node.value, str) else []  # for str.format
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)]
    if isinstance(node, ast.IfExp):
        return templates(node.body) + templates(node.orelse)
    return []


def said_in_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in _SAYING:
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from (text for text in templates(argument) if _WORD.search(text))


def sentences(tree: ast.AST) -> Iterator[str]:
    """Strings of three words in a row, but for docstrings and the help of options, which is looked at elsewhere."""
    passed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(node.value)
        if isinstance(node, ast.JoinedStr):
            passed.update(node.values)
        if (isinstance(node, ast.keyword) and node.arg == "help") or (
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(("_HELP", "FORMATS"))
        ):
            passed.update(ast.walk(node.value))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node not in passed:
            yield from (text for text in templates(node) if _SENTENCE.search(text) and not _LISTS.match(text))


MODULES = {
    str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")
}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_message_has_a_translation(module: str) -> None:
    said = set(said_in_calls(MODULES[module]))
    if not _NOT_SAID_IN & {*Path(module).parts} and Path(module).name != "help.py":
        said |= set(sentences(MODULES[module]))
    lacking = sorted(said - _NOT_SAID - CHINESE.messages.keys())
    assert not lacking, "put into termmine/cli/zh.json: " + json.dumps(lacking, ensure_ascii=False)


def helps() -> Iterator[str]:
    yield from (*COMMANDS, *OPTIONS, "Example", "Options", "Usage: ")
    for command in [cli, *cli.commands.values()]:
        yield from (command.help or "").strip().split("\n\n")
        yield from (
            param.help
            for param in command.get_params(click.Context(command, help_option_names=["-h", "--help"]))
            if getattr(param, "help", None)
        )


@pytest.mark.parametrize("text", sorted({text if text == "Usage: " else " ".join(text.split()) for text in helps()}))
def test_every_text_of_the_help_has_a_translation(text: str) -> None:
    assert re.search("[\u4e00-\u9fff]", CHINESE.text(text)), f"put into termmine/cli/zh.json: {text}"


def test_a_translation_has_the_values_of_its_message() -> None:
    for english, chinese in CHINESE.messages.items():
        n = english.count("{}")
        assert {int(number) for number in re.findall(r"\{(\d+)\}", chinese)} <= set(range(n)), english
        assert "{}" not in chinese
        assert not chinese.endswith("。")


def test_a_message_is_known_by_its_template() -> None:
    """With values in it, each message has the translation of its own template, or of one that says the same."""
    for english, chinese in CHINESE.messages.items():
        n = english.count("{}")
        values = [f"‹{i}›" for i in range(n)]
        filled = english.replace("{{", "{").replace("}}", "}")
        for value in values:
            filled = filled.replace("{}", value, 1)
        if "{}{}" in english or not _WORD.search(english) or english in ("{}: {}", "{} in {}"):
            continue
        assert CHINESE.message(filled) == chinese.format(*values), english


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(POWER, "corpus.txt")
    return tmp_path


MISTAKES = {
    "discover nothing.txt": "nothing.txt：没有这个文件或目录，请检查路径",
    "discover corpus.txt --tpo 3":
        "没有选项 '--tpo'（是不是想用 '--output', '--tmp', '--top'？）（用法见 termmine discover --help）",
    "discover corpus.txt --top x": "'--top' 的值不对：'x' 不是整数（用法见 termmine discover --help）",
    "discover": "缺少参数 'CORPUS...'（用法见 termmine discover --help）",
    "discovr": "没有命令 'discovr'，是不是想用 'discover'？（用法见 termmine --help）",
    "evaluate corpus.txt": "缺少选项 '-g' / '--gold'（用法见 termmine evaluate --help）",
    "help discovr": "discovr：没有这个命令：是不是想用 discover？",
    "discover corpus.txt -f doc":
        "不认识的格式 'doc'，请在 csv, tsv, jsonl, txt, xlsx, tbx, jieba, ik, hanlp, hanlp-csv, pkuseg, "
        "rime, ragflow, funasr, tokenizers, synonyms, glossary 中选一个",
    "discover corpus.txt --min-freq 9999":
        "没有剩下任何术语：没有一个字串出现 9999 次（--min-freq），请调低它，或给更多文本",
    "discover corpus.txt --encoding klingon":
        "--encoding klingon：不认识的编码，请试 utf-8、gb18030、big5、utf-16，或不用它",
    "contexts 孔雀 corpus.txt": "孔雀：在 corpus.txt 里没有出现，请检查写法和语料",
    "discover corpus.txt -o corpus.txt": "corpus.txt：是输入文件，请换一个输出文件",
    "compare corpus.txt corpus.txt": "corpus.txt:1：没有 term 列：第一行要写列名，和 discover 写的一样",
}  # fmt: skip


@pytest.mark.parametrize("call", MISTAKES)
def test_mistakes_in_chinese(call: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(*call.split(), "--lang", "zh")
    assert (result.out, result.err) == (b"", f"termmine: 错误：{MISTAKES[call]}\n")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert run(*call.split()) == result
    english = run(*call.split(), "--lang", "en")
    assert english.code == result.code
    assert not re.search("[\u4e00-\u9fff]", english.err.replace("孔雀", ""))


def test_notes_and_the_end_in_chinese(here: Path) -> None:
    folder = here / "docs"
    folder.mkdir()
    shutil.copy("corpus.txt", folder / "a.txt")
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (folder / "b.jsonl").write_text('{"text": "变压器"}\n{"no": 1}\n', encoding="utf-8")
    result = run("discover", "docs", "-o", "t.csv", "--lang", "zh", "-v")
    lines = [line.removeprefix("termmine: ") for line in result.err.splitlines()]
    assert lines[:4] == [
        "读语料", "语料：跳过 1 条坏记录：docs/b.jsonl:2：缺少字段 'text'",
        "语料：略去 2 个文件：2 .png；用 --include '*.png' 可以读入", "语料：19401 个符号，181 篇文档",
    ]  # fmt: skip
    assert "统计字串" in lines
    assert any(re.fullmatch(r"背景：jieba [\d.]+ 词典（没有给 --background）", line) for line in lines)
    assert any(re.fullmatch(r"[\d,]+ 个术语，写入 t\.csv，用时 \d+\.\d 秒", line) for line in lines)
    assert re.match(r"\d+ 个术语；签名：\{", lines[-1])
    count = run("count", "corpus.txt", "-o", "x.tmc", "--lang", "zh").err
    assert re.fullmatch(r"termmine: x\.tmc：19398 个符号，180 篇文档，\d+ 个频次不低于 2 的字串\n", count)
    told = run("explain", "变压器", "压器", "孔雀", "-c", "corpus.txt", "--lang", "zh").out.decode()
    assert re.search(r"^变压器：保留：第 \d+ 名，共 \d+ 个$", told, re.M)
    assert "压器：已并入：它几乎只出现在 变压器 里面，后者出现 31 次（--min-independence）" in told
    assert "孔雀：语料里没有出现" in told
    assert (
        "变压器：出现 31 次，列出前 2 处"
        in run("contexts", "变压器", "corpus.txt", "--limit", 2, "--lang", "zh").out.decode()
    )
    assert "原文：有：可以再加，也可以作语料" in run("info", "x.tmc", "--lang", "zh").out.decode()


def test_what_a_dictionary_leaves_out_in_chinese(here: Path) -> None:
    assert run("discover", "corpus.txt", "-o", "t.csv", "-q").code == 0
    told = run("export", "t.csv", "--to", "jieba", "-o", "u.txt", "--lang", "zh").err
    assert re.search(r"^termmine: jieba：\d+ 个得分低于 [\d.]+（第 10 名得分的 20 分之一）的术语略去：", told)
    assert "个没有文本的文件" not in told
    assert "因为 jieba 先在空格、/ 和多数符号处断开文本" in told
    assert told.count("--all 全部保留") == 1


def test_an_error_is_called_so_whatever_it_says(here: Path) -> None:
    Path("bad.jsonl").write_text("{\n", encoding="utf-8")
    said = run("discover", "bad.jsonl", "--strict", "--lang", "zh").err
    assert said.startswith("termmine: 错误：bad.jsonl:1：不是 JSON（第 ")
    assert said.endswith("，请改正，或不用 --strict 以跳过坏记录\n")


def test_machines_get_english(here: Path) -> None:
    english = run("discover", "nothing.txt", "--log-format", "json").err
    chinese = run("discover", "nothing.txt", "--log-format", "json", "--lang", "zh").err
    assert json.loads(english)["message"] == json.loads(chinese)["message"]
    assert run("discover", "corpus.txt", "--lang", "zh", "-q").out == run("discover", "corpus.txt", "-q").out


def test_the_settings_file_and_the_environment_choose_the_language(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("termmine.toml").write_text('lang = "zh"\n')
    assert "错误" in run("discover", "nothing.txt").err
    assert "error" in run("discover", "nothing.txt", "--lang", "en").err
    Path("termmine.toml").unlink()
    monkeypatch.setenv("TERMMINE_LANG", "zh")
    assert "错误" in run("discover", "nothing.txt").err
    assert run("--help").out.decode().startswith("用法：termmine [选项] 命令 [参数]...\n")
    assert run("--lang", "en", "discover", "nothing.txt").err.startswith("termmine: error: ")


@pytest.mark.parametrize("name", [None, *cli.commands])
def test_a_page_of_help_is_chinese_throughout(name: str | None) -> None:
    page = run(*([name] if name else []), "--help", "--lang", "zh").out.decode()
    page = re.sub(r"^例：\n.*\n", "", page, flags=re.M).split("\n\n", 1)[1]
    assert not re.findall(r"[a-z]{3,} [a-z]+ [a-z]{3,}", re.sub(r"termmine [a-z]+( [a-z]+)*|  +", "", page))


def test_the_system_chooses_where_nobody_says() -> None:
    for environment, language in [
        ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_TW.Big5"}, "zh"), ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"), ({"LANG": "en_US", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LANG": "zh_CN", "TERMMINE_LANG": "en"}, "en"),
    ]:  # fmt: skip
        assert chosen_language([], environment) == language
    assert chosen_language(["--lang", "zh"], {"TERMMINE_LANG": "en"}) == "zh"
