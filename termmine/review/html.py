"""A page in one file: a template, a style, a script and data, under a policy that lets nothing else in.

In: the name of a folder of assets, and data. Out: HTML. The policy of the page (Content Security Policy, level 2) names
its script and its style by their hashes and allows nothing else: no network, no other script, not even one that a term
or a sentence could bring along. What the data says is not known here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Any

from termmine.review.bundle import bundle

_PLACE = re.compile(r"\{\{(\w+)\}\}")


def read_asset(folder: str, name: str) -> str:
    """The text of a file that belongs to a page: its own, else the one of that name that pages share."""
    assets = files("termmine.review").joinpath("assets")
    own = assets.joinpath(folder, name)
    return (own if own.is_file() else assets.joinpath("shared", name)).read_text(encoding="utf-8")


def make_page(folder: str, data: Any, markup: Mapping[str, str] | None = None, *, title: str, **more: str) -> str:
    """The page of a folder of assets: `index.html` with `style.css`, `main.mjs` and what it imports, and data as JSON.

    ``title`` and what ``more`` is given for a place of the template is text, and is escaped; ``markup`` is not.
    """
    style, script = read_asset(folder, "style.css"), _script(folder)
    parts = {
        "policy": escape(policy(script, style)),
        "title": escape(title),
        "style": style,
        "script": script,
        "data": as_json_block(data),
        **{name: escape(value) for name, value in more.items()},
        **(markup or {}),
    }
    return _PLACE.sub(lambda match: parts[match[1]], read_asset(folder, "index.html"))


@lru_cache(maxsize=2)
def _script(folder: str) -> str:
    return bundle("main", lambda name: read_module(folder, name))


def read_module(folder: str, name: str) -> str:
    """The text of a module of a page."""
    return read_asset(folder, f"{name}.mjs")


def policy(script: str, style: str) -> str:
    """The policy of a page that holds one script and one style, and loads nothing."""
    return (
        f"default-src 'none'; script-src '{_source(script)}'; style-src '{_source(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def as_json_block(data: Any) -> str:
    r"""Data as JSON that stands inside a script element and cannot end it.

    >>> as_json_block(["</script>", "<!--"])
    '["\\u003c/script>","\\u003c!--"]'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
