"""JavaScript modules -> one script, so that a page needs nothing beside itself.

In: modules, which import each other by `import { a, b } from "./other.mjs";` on a line each, from `"../shared/` what
several pages have, and export functions, classes and constants where they stand. Out: one script in which each module
keeps its own names. No other form of import or export is understood: there are none in the pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "(?:\./|\.\./shared/)(\w+)\.mjs";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (async function|function|class|const) (\w+)", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


def bundle(main: str, read: Callable[[str], str]) -> str:
    """The module ``main`` and all that it imports, each after what it imports; ``read`` gives a module's text by name.

    >>> modules = {"main": 'import { f } from "./f.mjs";\\nf();', "f": "export function f() {}"}
    >>> print(bundle("main", modules.__getitem__))
    "use strict";
    const $f = (() => {
    function f() {}
    return { f };
    })();
    (() => {
    const { f } = $f;
    f();
    })();
    """
    modules: dict[str, str] = {}
    _collect(main, read, modules, ())
    wrapped = (_wrapped(name, text, is_main=name == main) for name, text in modules.items())
    return "\n".join(['"use strict";', *wrapped])


def _collect(name: str, read: Callable[[str], str], modules: dict[str, str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"{name}.mjs imports itself by way of {', '.join(above[above.index(name) + 1 :])}")
    if name in modules:
        return
    text = read(name)
    for _, imported in _IMPORT.findall(text):
        _collect(imported, read, modules, (*above, name))
    modules[name] = text


def _wrapped(name: str, text: str, *, is_main: bool) -> str:
    exported = [found[1] for found in _EXPORT.findall(text)]
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(r"const { \1 } = $\2;", text)).strip()
    strange = _LEFT_OVER.search(body)
    if strange:
        raise ValueError(f"{name}.mjs: {strange[0]}: write imports and exports as the other modules do")
    if is_main:
        return f"(() => {{\n{body}\n}})();"
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();"
