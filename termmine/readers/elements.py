"""XML told element by element, so that none of it stays in memory; the only module that imports expat.

In: functions that are called for each beginning, end and text. Out: a parser to be fed. What an element means is not
known here, and no document type is read: with it goes every entity that a file could define.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

XmlError = expat.ExpatError


def new_parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    characters: Callable[[str], None],
    document_type: Callable[..., None],
    *,
    namespaces: bool = False,
) -> expat.XMLParserType:
    """A parser that calls these; with ``namespaces`` a name is its namespace, `}`, and what it is called there.

    ``document_type`` is called for the declaration of one, and is to raise an error.
    """
    parser = expat.ParserCreate(namespace_separator="}" if namespaces else None)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = document_type
    return parser
