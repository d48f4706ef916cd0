"""Real browsers behind one small interface: Chromium by Playwright, Firefox by WebDriver BiDi.

A browser opens a page that lies on the disk, presses keys, clicks, evaluates JavaScript, takes what the page
downloads and gives it files. Nothing here knows the page. TERMMINE_BROWSERS=required makes a browser that is not there
an error instead of a reason to skip.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

_PATIENCE = 60.0  # seconds until something that should happen is given up
_SCREEN = (1280, 800)


class MissingError(Exception):
    """What a browser cannot be driven without."""


def until(condition: Callable[[], Any]) -> Any:
    """What a condition gives as soon as that is true."""
    end = time.monotonic() + _PATIENCE
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


class Browser:
    """What the tests do with a browser; the two below say how."""

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited, as JSON can hold it."""
        raise NotImplementedError

    def text(self, selector: str) -> str:
        """The text of the first element that a selector finds."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).textContent"))

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that a selector finds."""
        return list(self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)"))


class Chromium(Browser):
    """Debian's Chromium by Playwright."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        program = _program("chromium", "chromium-browser", "google-chrome")
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise MissingError("playwright is not installed") from None
        playwright = stack.enter_context(sync_playwright())
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
        arguments += ["--disable-background-networking", "--disable-component-update"]
        self._browser = playwright.chromium.launch(executable_path=program, args=arguments)
        stack.callback(self._browser.close)
        self._folder, self._context = folder, None

    def open(self, path: Path, *, again: bool = False, size: tuple[int, int] = _SCREEN, **more: Any) -> None:
        """Open a file; ``again``: in the same profile, else in a fresh one. ``more`` is for the context, as locale."""
        if not again:
            self._fresh(size, more)
        self.page.goto(path.as_uri())

    def _fresh(self, size: tuple[int, int], more: dict[str, Any]) -> None:
        if self._context is not None:
            self._context.close()
        self._context = self._browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
        self._context.set_default_timeout(_PATIENCE * 1000)
        self._context.add_init_script("delete window.showSaveFilePicker")  # no test can answer its dialog
        self.page = self._context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))

    def press(self, *keys: str) -> None:
        """Press keys one after the other, named as in `KeyboardEvent.key`; Control+s with a modifier."""
        for key in keys:
            self.page.keyboard.press("Space" if key == " " else key)

    def type(self, text: str) -> None:
        """Write a text where the focus is."""
        self.page.keyboard.insert_text(text)

    def click(self, selector: str) -> None:
        """Click on the first element that a selector finds."""
        self.page.locator(selector).first.click()

    def upload(self, selector: str, path: Path) -> None:
        """Give a file to an input."""
        self.page.locator(selector).set_input_files(path)

    def download(self, act: Callable[[], None]) -> Path:
        """The file that the page downloads when it is acted on."""
        with self.page.expect_download() as download:
            act()
        path = self._folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def evaluate(self, expression: str) -> Any:
        """See `Browser`."""
        return self.page.evaluate(expression)

    def screenshot(self, path: Path) -> None:
        """Write what is seen to a PNG."""
        self.page.screenshot(path=path)


_FIREFOX_SETTINGS = {
    "browser.download.folderList": 2,
    "browser.download.alwaysOpenPanel": False,
    "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream",
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "extensions.update.enabled": False,
    "toolkit.telemetry.enabled": False,
}
_CODES = {"Control": "\ue009", "Shift": "\ue008", "Escape": "\ue00c", "Enter": "\ue007", "ArrowDown": "\ue015"}
_CODES |= {"ArrowUp": "\ue013", "PageDown": "\ue00f", "PageUp": "\ue00e", "Home": "\ue011", "End": "\ue010"}


class Firefox(Browser):
    """Debian's Firefox by WebDriver BiDi, a JSON message a command over a web socket."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        program = _program("firefox-esr", "firefox")
        try:
            from websockets.sync.client import connect
        except ImportError:
            raise MissingError("websockets is not installed") from None
        profile = folder / "profile"
        profile.mkdir()
        self._folder = folder / "downloads"
        self._folder.mkdir()
        settings = _FIREFOX_SETTINGS | {"browser.download.dir": str(self._folder)}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items()]
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        self._process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        stack.callback(self._end)
        self._socket = stack.enter_context(connect(f"{self._address()}/session", max_size=None))
        self._number = 0
        self._send("session.new", capabilities={})
        self.context = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def _address(self) -> str:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            found = re.search(r"ws://\S+", line)
            if found:
                return found[0]
        raise MissingError("firefox ended before it could be driven")

    def _end(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=_PATIENCE)

    def _send(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=_PATIENCE))
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def open(self, path: Path, *, again: bool = False, size: tuple[int, int] = _SCREEN) -> None:
        """Open a file; ``again``: with what the browser has kept, else without."""
        if not again:
            viewport = {"width": size[0], "height": size[1]}
            self._send("browsingContext.setViewport", context=self.context, viewport=viewport)
            self._navigate(path)
            self.evaluate("window.termmineReview = null")
            self.evaluate("localStorage.clear()")
        self._navigate(path)

    def _navigate(self, path: Path) -> None:
        self._send("browsingContext.navigate", context=self.context, url=path.as_uri(), wait="complete")

    def press(self, *keys: str) -> None:
        """See `Chromium.press`."""
        actions = []
        for key in keys:
            *held, last = [_CODES.get(name, name) for name in key.split("+")]
            if last.isascii() and last.isupper():
                held.append(_CODES["Shift"])
            actions += [{"type": "keyDown", "value": value} for value in (*held, last)]
            actions += [{"type": "keyUp", "value": value} for value in (last, *reversed(held))]
        self._perform({"type": "key", "id": "keyboard", "actions": actions})

    def type(self, text: str) -> None:
        """See `Chromium.type`."""
        pairs = [[{"type": "keyDown", "value": c}, {"type": "keyUp", "value": c}] for c in text]
        self._perform({"type": "key", "id": "keyboard", "actions": [action for pair in pairs for action in pair]})

    def click(self, selector: str) -> None:
        """See `Chromium.click`."""
        element = self._element(selector)
        moved = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        buttons = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._perform({"type": "pointer", "id": "mouse", "actions": [moved, *buttons]})

    def _element(self, selector: str) -> dict[str, str]:
        locator = {"type": "css", "value": selector}
        node = self._send("browsingContext.locateNodes", context=self.context, locator=locator)["nodes"][0]
        return {"sharedId": node["sharedId"]}

    def _perform(self, source: dict[str, Any]) -> None:
        self._send("input.performActions", context=self.context, actions=[source])

    def upload(self, selector: str, path: Path) -> None:
        """See `Chromium.upload`."""
        self._send("input.setFiles", context=self.context, element=self._element(selector), files=[str(path)])

    def download(self, act: Callable[[], None]) -> Path:
        """See `Chromium.download`."""
        before = set(self._folder.iterdir())
        act()
        return until(lambda: next((path for path in self._finished() if path not in before), None))

    def _finished(self) -> list[Path]:
        """What has come whole: an empty file holds the name of one that is still coming, as .part."""
        paths = set(self._folder.iterdir())
        return [path for path in paths if path.stat().st_size and not list(self._folder.glob("*.part"))]

    def evaluate(self, expression: str) -> Any:
        """See `Browser`."""
        wrapped = f"Promise.resolve({expression}).then(value => JSON.stringify(value ?? null))"
        target = {"context": self.context}
        answer = self._send("script.evaluate", expression=wrapped, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def screenshot(self, path: Path) -> None:
        """See `Chromium.screenshot`."""
        import base64

        data = self._send("browsingContext.captureScreenshot", context=self.context)["data"]
        path.write_bytes(base64.b64decode(data))


BROWSERS: dict[str, type[Browser]] = {"chromium": Chromium, "firefox": Firefox}


def _program(*names: str) -> str:
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        raise MissingError(f"{names[0]} is not installed")
    return found


@contextmanager
def launched(name: str, folder: Path) -> Iterator[Any]:
    """A browser that runs; the test is skipped where there is none, and says so."""
    with ExitStack() as stack:
        try:
            browser = BROWSERS[name](stack, folder)  # type: ignore[call-arg]
        except MissingError as error:
            if os.environ.get("TERMMINE_BROWSERS") == "required":
                raise
            pytest.skip(f"{error}: the page is not tried in {name}")
        yield browser
