"""TBX-Basic, the form in which terminology databases exchange entries (ISO 30042:2019, version 3, DCA style).

One concept a term, for nothing here knows which terms mean the same; counts go into a note, contexts into `descrip`
with their source beside them, translations into a section for their language, a reviewer's other columns into notes of
their own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from termmine.formats.cells import KINDS, as_text, is_missing
from termmine.formats.headings import TRANSLATIONS
from termmine.formats.rendered import Rendered, as_xml_text, columns_of, fits_xml, leaving_out, one_line, rows_of
from termmine.version import __version__

if TYPE_CHECKING:
    import pandas as pd

_CONTEXT = re.compile(r"context_(\d+)")
_SOURCE = re.compile(r"source_(\d+)")
_TRANSLATION = re.compile(rf"(?:{'|'.join(TRANSLATIONS)})(?:[_ (（:：]+([a-z]{{2,3}}(?:-[A-Za-z]{{2,4}})?)[)）]?)?")
_SEVERAL = re.compile(r"\s*[;；]\s*")  # between translations of one term
_LANGUAGE = "en"  # of a translation whose heading names none

_HEADER = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<tbx type="TBX-Basic" style="dca" xml:lang="zh" xmlns="urn:iso:std:iso:30042:ed-2">
  <tbxHeader>
    <fileDesc>
      <sourceDesc>
        <p>Terms mined from text by termmine {__version__}</p>
      </sourceDesc>
    </fileDesc>
  </tbxHeader>
  <text>
    <body>
"""
_FOOTER = """\
    </body>
  </text>
</tbx>
"""


def write_tbx(frame: pd.DataFrame) -> Rendered:
    """A TBX-Basic file with an entry for each term."""
    columns = columns_of(frame)
    entries: list[str] = []
    left_out: list[str] = []
    for row in rows_of(columns):
        values = dict(zip(columns, row, strict=True))
        if fits_xml(values["term"]):
            entries.append(_entry(len(entries) + 1, values))
        else:
            left_out.append(values["term"])
    data = (_HEADER + "".join(entries) + _FOOTER).encode()
    return leaving_out(data, entries, left_out, "for XML cannot hold a control character")


def _entry(number: int, values: dict[str, Any]) -> str:
    """One concept with one term; the term's identifier is its place in the list."""
    inside = "".join(f"            {line}\n" for line in (*_contexts(values), *_notes(values)))
    return (
        f'      <conceptEntry id="c{number}">\n'
        '        <langSec xml:lang="zh">\n'
        "          <termSec>\n"
        f"            <term>{_text(values['term'])}</term>\n"
        f"{inside}"
        "          </termSec>\n"
        "        </langSec>\n"
        f"{''.join(_translated(values))}"
        "      </conceptEntry>\n"
    )


def _translated(values: dict[str, Any]) -> Iterator[str]:
    """A section for each language that the term is translated into, its terms in order."""
    by_language: dict[str, list[str]] = {}
    for name, value in values.items():
        match = _TRANSLATION.fullmatch(name)
        if match and not is_missing(value):
            terms = by_language.setdefault(match[1] or _LANGUAGE, [])
            terms += [term for term in _SEVERAL.split(str(value).strip()) if term and term not in terms]
    for language, terms in by_language.items():
        if terms:
            inside = "".join(
                f"          <termSec>\n            <term>{_text(term)}</term>\n          </termSec>\n" for term in terms
            )
            yield f'        <langSec xml:lang="{language}">\n{inside}        </langSec>\n'


def _text(value: Any) -> str:
    return html.escape(as_xml_text(one_line(as_text(value))), quote=False)


def _contexts(values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        match = _CONTEXT.fullmatch(name)
        if match and not is_missing(value) and value:
            source = values.get(f"source_{match[1]}")
            admin = "" if is_missing(source) or not source else f'<admin type="source">{_text(source)}</admin>'
            yield f'<descripGrp><descrip type="context">{_text(value)}</descrip>{admin}</descripGrp>'


def _notes(values: dict[str, Any]) -> Iterator[str]:
    """One note with all counts; one more for each other column that is filled."""
    counted = [f"{name}: {as_text(values[name])}" for name in KINDS if not is_missing(values.get(name))]
    if len(counted) > 1:
        yield f"<note>{'; '.join(counted[1:])}</note>"
    for name, value in values.items():
        if name in KINDS or any(known.fullmatch(name) for known in (_CONTEXT, _SOURCE, _TRANSLATION)):
            continue
        if not is_missing(value) and value != "":
            yield f"<note>{_text(name)}: {_text(value)}</note>"
