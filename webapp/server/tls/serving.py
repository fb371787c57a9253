"""The server with https: `Front` on the network, gunicorn behind it on a Unix socket that only this user can reach."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

from webapp.server.gunicorn import Begin, Running, run_gunicorn
from webapp.server.tls.certificate import Certificate
from webapp.server.tls.front import Front

_BACKLOG = 128


def run_with_tls(listener: socket.socket, threads: int, begin: Begin, certificate: Certificate) -> None:
    """Serve until stopped. `begin` is called in the serving process, where TLS ends as well."""
    context = certificate.context()
    with tempfile.TemporaryDirectory(prefix="posecast-") as folder:
        path = str(Path(folder) / "inner")
        inner = socket.socket(socket.AF_UNIX)
        inner.bind(path)
        inner.listen(_BACKLOG)

        def begin_both() -> Running:
            running, front = begin(), Front(listener, path, context)

            def stop() -> None:
                running.stop()  # first, so that what it still says arrives
                front.stop()

            front.start()
            return Running(running.app, running.ready, stop)

        run_gunicorn(inner, threads, begin_both, behind_tls=True)
