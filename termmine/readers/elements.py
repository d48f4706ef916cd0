"""XML read element by element, so that none of it stays in memory; the only module that imports expat.

In: functions that are called for each beginning, end and text. Out: a parser to be fed. The meaning of an element is
not known here, and no document type is read: so no entity that a file defines is ever expanded.
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
    """A parser that calls these functions; with ``namespaces`` a name is its namespace, `}`, and its name in it.

    ``document_type`` is called for the declaration of a document type, and must raise an error.
    """
    parser = expat.ParserCreate(namespace_separator="}" if namespaces else None)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = document_type
    return parser
