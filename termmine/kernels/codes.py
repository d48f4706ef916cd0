"""The codes of an encoded corpus: separators, symbols, words."""

from __future__ import annotations

# --- codes of the encoded corpus -------------------------------------------------------------------------------------
RUN_END = 0  # the end of a run: punctuation, a line end, an undecodable byte
DOCUMENT_END = 1  # the end of a run and a document
SOURCE_END = 2  # the end of a run, a document and the file or text that held it
UNKNOWN = 3  # a word that a frozen alphabet does not hold: a symbol that equals no other
FIRST_SYMBOL = 4  # every code from here on is a symbol: a Han character or kana by its code point ...
FIRST_WORD = 0x110000  # ... and the words of the alphabet after all code points

#: In a form, beside its code: a blank stands between it and the symbol before, of which one is a word and one is not.
AFTER_BLANK = 1 << 40
