"""Headless Chromium over its DevTools pipe: enough to open a page and look at it.

No dependency: Chromium reads commands from file descriptor 3 and answers on 4, as JSON texts that
end in a zero byte.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)

LAUNCH = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Puts the pipe where Chromium looks for it."""


MEETS = """
(() => {
  const bad = [];
  for (const summary of document.querySelectorAll('summary')) {
    const boxes = [];
    const walk = document.createTreeWalker(summary, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode, range = document.createRange();
      if (!text.data.trim() || !text.parentElement.checkVisibility({ visibilityProperty: true }))
        continue;
      range.selectNodeContents(text);
      boxes.push(...[...range.getClientRects()].map(box => [text.data.trim(), box]));
    }
    boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
      const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (a !== b && wide > 2 && high > 4) bad.push([a, b]);
    }));
  }
  return bad;
})()
"""
"""Texts of summaries that lie over each other."""


def chromium() -> str:
    """The browser's path, or a skip that says how to give one."""
    path = shutil.which(os.environ.get("DETENTE_CHROMIUM") or "chromium")
    if not path:
        pytest.skip("no Chromium found; set DETENTE_CHROMIUM to its path")
    return path


@dataclass
class Browser:
    """One browser with one page, and what it reported: requests, log entries, exceptions."""

    profile: Path
    messages: list[dict[str, Any]] = field(default_factory=list)
    _last: int = 0
    _rest: bytes = b""
    _session: str = ""

    def __enter__(self) -> Self:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        command = [sys.executable, "-c", LAUNCH, str(to_read), str(to_write), chromium(), *FLAGS]
        self._process = subprocess.Popen(
            [*command, f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        try:
            self._attach()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _attach(self) -> None:
        pages = self.send("Target.getTargets")["targetInfos"]
        target = next(p["targetId"] for p in pages if p["type"] == "page")
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._read)
        os.close(self._write)

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; events that come meanwhile are kept."""
        self._last += 1
        command: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        return self._until(lambda m: m.get("id") == self._last, method)

    def _until(self, wanted: Any, what: str, seconds: float = 60) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            *texts, self._rest = self._rest.split(b"\0")
            answer = None
            for text in texts:
                message = json.loads(text)
                if wanted(message):
                    answer = message
                elif "method" in message:
                    self.messages.append(message)
            if answer is not None:
                assert "error" not in answer, (what, answer["error"])
                return answer.get("result", answer)
            if select.select([self._read], [], [], 0.2)[0]:
                more = os.read(self._read, 1 << 20)
                if not more:
                    raise EOFError(f"the browser went away during {what}")
                self._rest += more
        raise TimeoutError(what)

    def open(
        self, page: Path | str, width: int, *, dark: bool = False, scripts: bool = True
    ) -> None:
        """Open a file or an address in a window of this width and wait until it is loaded."""
        self.messages.clear()
        self.look(width, dark=dark)
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        address = page if isinstance(page, str) else page.resolve().as_uri()
        self.send("Page.navigate", url=address)
        self._wait_for("Page.loadEventFired")

    def look(self, width: int, *, dark: bool = False) -> None:
        """Show the page in a window of this width, light or dark."""
        scheme = "dark" if dark else "light"
        self.send("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])  # fmt: skip
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=812 if width < 600 else 900, deviceScaleFactor=1,
            mobile=width < 600,
        )  # fmt: skip

    def key(self, name: str, text: str = "") -> None:
        """Press a key, such as Tab or ArrowRight."""
        codes = {"Tab": 9, "Enter": 13, "ArrowRight": 39, " ": 32}
        key = {"key": name, "code": name, "windowsVirtualKeyCode": codes.get(name, 0)}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **key)
        self.send("Input.dispatchKeyEvent", type="keyUp", **key)

    def write(self, text: str) -> None:
        """Type a text where the focus is."""
        self.send("Input.insertText", text=text)

    def _wait_for(self, method: str) -> None:
        if not any(m["method"] == method for m in self.messages):
            self.messages.append(self._until(lambda m: m.get("method") == method, method))

    def js(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; promises are awaited."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def screenshot(self, path: Path, *, whole: bool = False) -> Path:
        """Write a PNG of the window, or of the whole page."""
        more: dict[str, Any] = {}
        if whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            more = {"captureBeyondViewport": True, "clip": {**size, "x": 0, "y": 0, "scale": 1}}
        image = self.send("Page.captureScreenshot", format="png", **more)
        path.write_bytes(base64.b64decode(image["data"]))
        return path

    def requests(self) -> list[str]:
        """Addresses asked for since the page was opened, but for itself and inline data."""
        urls = [m["params"]["request"]["url"] for m in self.messages
                if m["method"] == "Network.requestWillBeSent"]  # fmt: skip
        return [u for u in urls if not u.startswith(("data:", "blob:"))][1:]

    def complaints(self) -> list[str]:
        """Console errors and warnings, log entries and uncaught exceptions."""
        return [json.dumps(m["params"])[:500] for m in self.messages if _is_complaint(m)]


def _is_complaint(message: dict[str, Any]) -> bool:
    params = message.get("params", {})
    match message["method"]:
        case "Runtime.exceptionThrown":
            return True
        case "Log.entryAdded":
            return bool(params["entry"]["level"] != "verbose")
        case "Runtime.consoleAPICalled":
            return params["type"] in ("error", "warning", "assert")
    return False


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser for as long as the block runs."""
    with Browser(profile) as opened:
        yield opened
