"""Headless Firefox by WebDriver BiDi over a websocket: the same few things as `browser`."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PREFERENCES = """
user_pref("layout.css.prefers-color-scheme.content-override", {scheme});
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.normandy.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
"""


def firefox() -> str:
    """The browser's path, or a skip."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if not path:
        pytest.skip("no Firefox found")
    return path


class Firefox:
    """One browser with one page, and what it reported."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._last = socket, 0
        self.messages: list[dict[str, Any]] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        contexts = self.send("browsingContext.getTree")["contexts"]
        self._page = contexts[0]["context"]

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; events that come meanwhile are kept."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("id") == self._last:
                assert message["type"] == "success", (method, message)
                result: dict[str, Any] = message["result"]
                return result
            self.messages.append(message)

    def open(self, address: str, width: int) -> None:
        """Open an address in a window of this width and wait until it is loaded."""
        size = {"width": width, "height": 812 if width < 600 else 900}
        self.send("browsingContext.setViewport", context=self._page, viewport=size)
        self.messages.clear()
        self.send("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def js(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; promises are awaited."""
        answer = self.send(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(JSON.stringify)",
            target={"context": self._page},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    def run(self, script: str) -> None:
        """Run a script in the page."""
        target = {"context": self._page}
        self.send("script.evaluate", expression=script, target=target, awaitPromise=False)

    def screenshot(self, path: Path) -> Path:
        """Write a PNG of the whole page."""
        image = self.send(
            "browsingContext.captureScreenshot", context=self._page, origin="document"
        )
        path.write_bytes(base64.b64decode(image["data"]))
        return path

    def requests(self) -> list[str]:
        """Addresses asked for since the page was opened."""
        return [m["params"]["request"]["url"] for m in self.messages
                if m.get("method") == "network.beforeRequestSent"]  # fmt: skip

    def complaints(self) -> list[str]:
        """Errors and warnings of the console and uncaught exceptions."""
        return [
            json.dumps(m["params"])[:500]
            for m in self.messages
            if m.get("method") == "log.entryAdded" and m["params"]["level"] in {"error", "warn"}
        ]


@contextmanager
def opened_firefox(profile: Path, *, dark: bool = False) -> Iterator[Firefox]:
    """A Firefox for as long as the block runs."""
    connect = pytest.importorskip("websockets.sync.client").connect
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "user.js").write_text(PREFERENCES.format(scheme=0 if dark else 1))
    command = [firefox(), "--headless", "--no-remote", "--remote-debugging-port", "0"]
    log = profile / "log.txt"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--profile", str(profile), "about:blank"], stdout=out, stderr=out
        )
    try:
        address = spoken(log, process, r"WebDriver BiDi listening on (ws://\S+)")
        with connect(f"{address}/session", max_size=None, proxy=None) as socket:
            yield Firefox(socket)
    finally:
        process.terminate()
        process.wait(30)


def spoken(log: Path, process: subprocess.Popen[bytes], pattern: str) -> str:
    """What a program writes into its log once it listens: the group of a pattern."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        match = re.search(pattern, log.read_text())
        if match:
            return match[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.2)
    raise TimeoutError(log.read_text())
