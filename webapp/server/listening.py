"""Where a server listens: opens the port, serves on it with or without TLS, and names its address."""

from __future__ import annotations

import errno
import socket
import sys

from engine.errors import PosecastError, reason
from webapp.access.options import ServeOptions
from webapp.server.gunicorn import Begin, run
from webapp.server.tls.certificate import Certificate

_BACKLOG = 128


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; PosecastError if it cannot be opened."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise PosecastError(f"there is no address {host!r}", "give --host an address of this machine") from error
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # on Windows it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from error
    return listener


def serve_on(listener: socket.socket, threads: int, begin: Begin, certificate: Certificate | None) -> None:
    """Serve until stopped. `begin` is called in the serving process. With a `certificate`, it is https."""
    if certificate is None:
        run(listener, threads, begin)
    else:
        from webapp.server.tls.serving import run_with_tls

        run_with_tls(listener, threads, begin, certificate)


def own_url(options: ServeOptions) -> str:
    """The server's address for a browser on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(options.host, options.host)
    return f"{options.scheme}://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{options.port}/"


def _refused(host: str, port: int, error: OSError) -> PosecastError:
    if error.errno == errno.EADDRINUSE:
        return PosecastError(f"port {port} is in use", "choose another with --port, or stop what uses it")
    if error.errno == errno.EACCES:
        return PosecastError(f"port {port} may not be used", "choose one above 1023 with --port")
    return PosecastError(f"cannot listen on {host}: {reason(error)}", "give --host an address of this machine")
