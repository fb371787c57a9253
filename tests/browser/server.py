"""A real `posecast serve` in a process of its own, that can be stopped and started again."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from urllib.request import urlopen

TOKEN, VIEW_TOKEN = "operator-token-for-tests", "view-token-for-tests"
_READY = re.compile(r"Posecast is at (https?://127\.0\.0\.1:(\d+)/)")
_UNVERIFIED = ssl._create_unverified_context()
"""For a certificate that nobody has signed."""
_START_S, _FIRST_FRAME_S, _STOP_S = 60, 110, 20


class Dashboard:
    """Serves while the block runs; `url` stays the same over restarts."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._folder, self._arguments = folder, arguments
        (folder / "settings.json").write_text("{}")
        self._port = 0
        self.url = ""
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Dashboard:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return self._port

    @property
    def operator_url(self) -> str:
        return f"{self.url}?token={TOKEN}"

    @property
    def view_url(self) -> str:
        return f"{self.url}?token={VIEW_TOKEN}"

    def start(self) -> None:
        """Returns when connections are accepted."""
        command = [sys.executable, "-m", "webapp", "serve", "--port", str(self._port), "--no-open"]
        tokens = ["--token", TOKEN, "--view-token", VIEW_TOKEN]
        config = ["--config", str(self._folder / "settings.json")]
        self.process = subprocess.Popen(
            [*command, *tokens, *config, *self._arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A pipe of Python is written in blocks, and nobody is told that the server is ready.
            env={**os.environ, "XDG_DATA_HOME": str(self._folder), "PYTHONUNBUFFERED": "1"},
        )
        try:
            self.url, self._port = self._wait_until_ready(self.process)
        except BaseException:
            self.stop()
            raise

    def wait_for_frames(self) -> None:
        """The first network has been made ready, once and for all who start after."""
        deadline = time.monotonic() + _FIRST_FRAME_S
        while not self._frames_flow():
            assert time.monotonic() < deadline, "no frames flow"
            time.sleep(0.2)

    def _frames_flow(self) -> bool:
        try:
            with urlopen(f"{self.url}healthz", timeout=5, context=_UNVERIFIED):
                return True
        except OSError:  # not yet, and an answer of 503
            return False

    def stop(self) -> None:
        """Like Ctrl-C."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def _wait_until_ready(self, process: subprocess.Popen[str]) -> tuple[str, int]:
        assert process.stdout is not None
        deadline = threading.Timer(_START_S, process.kill)
        deadline.start()
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if match := _READY.match(line):
                    return match[1], int(match[2])
        finally:
            deadline.cancel()
        raise AssertionError(f"the server did not start: {''.join(said)}")
