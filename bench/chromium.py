"""The Chromium that the browser tests drive, and its flags: no network of its own, WebGL drawn in software."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

FLAGS = (
    "--no-sandbox",  # containers run as root
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-rasterization",  # a GPU drawn in software is no help with the rest of the page
)


def camera_flags(clip: Path) -> tuple[str, ...]:
    """The file, MJPEG or Y4M, in the place of a camera, given without asking; and WebRTC on this machine alone."""
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={clip}",
        "--allow-loopback-in-peer-connection",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
    )


def slow_display(pause_ms: int) -> str:
    """For a page: so long between two pictures. WebGL is drawn by the processor here, and the server needs it, too."""
    return f"""
const next = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (draw) => setTimeout(() => next(draw), {pause_ms});
"""


def find(playwright: Playwright) -> str | None:
    """The system's Chromium, else the one that `playwright install` has put somewhere; None without either."""
    own = playwright.chromium.executable_path
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return found or (own if Path(own).exists() else None)


@contextmanager
def chromium(*flags: str) -> Iterator[Browser | None]:
    """A headless browser, with further `flags`; None where there is no Chromium."""
    with sync_playwright() as playwright:
        path = find(playwright)
        if path is None:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


if __name__ == "__main__":
    with chromium() as found:
        sys.exit(found is None)
