"""A real Redis on a free port of the loopback, which can be killed and started again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

PASSWORD = "p@ss/word:1"
WAIT_S = 15.0


class RedisServer:
    """Without files on disk; with a password, or with TLS where a certificate and its key are given."""

    def __init__(self, *, password: str | None = None, certificate: tuple[Path, Path] | None = None) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("Redis is not installed (tests/tools.sh installs it)")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._command = [program, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/"]
        self._command += ["--port", str(0 if certificate else self.port)]
        if password is not None:
            self._command += ["--requirepass", password]
        if certificate is not None:
            cert, key = map(str, certificate)
            self._command += ["--tls-port", str(self.port), "--tls-cert-file", cert, "--tls-key-file", key]
            self._command += ["--tls-auth-clients", "no"]
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = self._launched()
        end = time.monotonic() + WAIT_S
        while not self._listens():
            if self._process.poll() is not None:  # for a moment, a connection that goes out may have its port
                self._process = self._launched()
            assert time.monotonic() < end
            time.sleep(0.01)

    def _launched(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(WAIT_S)
