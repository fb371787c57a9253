"""The WSGI servers: gunicorn with threads on POSIX, Werkzeug's on Windows, where there is no gunicorn.

In: a bound socket, a function that makes the application in the process that serves it, and one that ends what it
made. Both block until told to stop (Ctrl-C, SIGTERM), and leave no process, thread or port behind.
"""

from __future__ import annotations

import errno
import logging
import mmap
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from engine.brake import MOST, Brake
from webapp.access.arrivals import Arrivals
from webapp.access.connections import hang_up

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)

STOP_WITHIN = 8.0
"""Seconds after which a server that does not stop is killed; normally it takes less than 3."""
SEND_WITHIN = 10.0
"""Seconds within which a client must accept a piece of an answer."""
_FEW_ARRIVING = 8
_MANY_ARRIVING = 256
"""Maximum number of arriving requests without gunicorn, where every connection has its own thread."""
_WAITING = 1000
"""Maximum connections without a thread: those between two requests, and those that have sent nothing yet."""
_DESCRIPTORS = 8192
"""Number of file descriptors to request, more than any number of viewers needs; some systems default to 256."""
_WITH_TLS = 3
"""Number of file descriptors of a connection whose TLS ends in this process."""
_OUR_DESCRIPTORS = 150
"""Number of file descriptors reserved for files, cameras and libraries."""
_SHORT = (errno.EMFILE, errno.ENFILE)
_SHORT_PAUSE_S = 0.2
_QUERY = re.compile(r"\?\S*")


class Running:
    """A running application: what serves requests, and what ends it."""

    def __init__(self, app: Flask, ready: Callable[[], None], stop: Callable[[], None]) -> None:
        self.app = app
        self.ready = ready
        """To be called by the first process that accepts connections."""
        self._stop = stop
        self._stopped = False
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End streams, sockets and engine, once. Returns when they have ended, even if another thread started it."""
        with self._lock:
            if not self._stopped:
                self._stopped = True
                self._stop()


Begin = Callable[[], Running]


def run(listener: socket.socket, threads: int, begin: Begin) -> None:
    """Serve until stopped. `begin` is called in the serving process."""
    if sys.platform == "win32":
        run_werkzeug(listener, begin)
    else:
        run_gunicorn(listener, threads, begin)


def run_gunicorn(listener: socket.socket, threads: int, begin: Begin, *, behind_tls: bool = False) -> None:
    """One worker process; every connection that lives on holds one of its threads.

    `behind_tls`: connections come from `Front`, and say in a first line for whom.
    """
    from gunicorn.app.base import BaseApplication
    from gunicorn.arbiter import Arbiter
    from gunicorn.errors import HaltServer
    from gunicorn.glogging import Logger
    from gunicorn.util import close_graceful
    from gunicorn.workers.gthread import ThreadWorker

    # A part of the threads may wait for requests to arrive; the others answer those that are here.
    arrivals = Arrivals(max(_FEW_ARRIVING, threads // 4))

    class Master(Arbiter):  # type: ignore[misc]
        """Never runs two engines: no reload, no second worker. A closed terminal ends it, as it ends other programs."""

        def init_signals(self) -> None:
            ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            super().init_signals()
            for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2, *([signal.SIGHUP] if ignored else [])):
                signal.signal(number, signal.SIG_IGN)

        handle_hup = Arbiter.handle_term

        brake = Brake()
        cause = ""

        def reap_workers(self) -> None:
            self.cause = _cause_of_death() or self.cause
            super().reap_workers()

        def spawn_workers(self) -> None:
            """Replace a crashed worker, a limited number of times: a crash loop would occupy the machine."""
            if self.worker_age and self.brake.crashed(time.monotonic()):
                reason = f"the engine crashed {MOST} times within a minute{self.cause}; choose another source or model"
                raise HaltServer(reason, 1)
            super().spawn_workers()

    class Worker(ThreadWorker):  # type: ignore[misc]
        """Ends streams and sockets when asked to stop; in a thread, since that happens in a signal handler."""

        def init_signals(self) -> None:
            super().init_signals()
            signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the master decides

        def run(self) -> None:
            try:
                super().run()
            finally:
                self.app.running.stop()

        def accept(self, listener: Any) -> None:
            """Accept a connection. Without a free descriptor, further ones wait; gunicorn would end the worker."""
            try:
                super().accept(listener)
            except OSError as error:
                if error.errno not in _SHORT:
                    raise
                log.warning("no file descriptor is left for another connection")
                time.sleep(_SHORT_PAUSE_S)  # it would be offered again at once

        def handle(self, conn: Any) -> Any:
            arrivals.begin(conn.sock)
            try:
                result = super().handle(conn)
                if result is False:
                    # Waits for the client to close, too. gunicorn would do it in its one thread that accepts others.
                    arrivals.begin(conn.sock)
                    close_graceful(conn.sock)
                return result
            finally:
                arrivals.end(conn.sock)

        def handle_request(self, req: Any, conn: Any) -> Any:
            conn.sock.settimeout(SEND_WITHIN)
            if behind_tls:
                req.scheme = "https"
                if req.proxy_protocol_info:  # on the first request of a connection only
                    conn.client = (req.proxy_protocol_info["client_addr"], req.proxy_protocol_info["client_port"])
            try:
                return super().handle_request(req, conn)
            except TimeoutError:
                hang_up(conn.sock)
                raise StopIteration from None  # gunicorn's way to close a connection without an answer

        def murder_pending(self) -> None:
            super().murder_pending()
            arrivals.sweep()

        def handle_exit(self, sig: int, frame: Any) -> None:
            super().handle_exit(sig, frame)
            threading.Thread(target=self._stop, name="posecast-stop", daemon=True).start()

        # Ctrl-C and SIGQUIT too: gunicorn's own way leaves the engine running until it is killed.
        handle_quit = handle_exit

        def _stop(self) -> None:
            self.app.running.stop()
            # Otherwise gunicorn would wait for keep-alive connections.
            self.method_queue.defer(self.murder_keepalived, True)

    class Log(Logger):  # type: ignore[misc]
        """gunicorn's logger without a handler of its own, so that its messages go to the common log."""

        def setup(self, cfg: Any) -> None:
            super().setup(cfg)
            self.error_log.propagate = True

    descriptor = listener.detach()  # gunicorn closes what it is given
    told = mmap.mmap(-1, 1)  # one byte that all workers share

    def tell_once(worker: Any) -> None:
        """Announce the address once: the replacement of a crashed worker has the same one."""
        if told[0] == 0:
            worker.app.running.ready()
            told[0] = 1

    class Application(BaseApplication):  # type: ignore[misc]
        running: Running

        def load_config(self) -> None:
            settings = {
                "bind": f"fd://{descriptor}",
                "worker_class": Worker,
                "workers": 1,
                "threads": threads,
                "worker_connections": _most_connections(threads, each=_WITH_TLS if behind_tls else 1),
                "graceful_timeout": int(STOP_WITHIN),
                "timeout": 60,
                "control_socket_disable": True,
                "loglevel": "warning",
                "errorlog": None,
                "logger_class": Log,
                "proc_name": "posecast",
                "proxy_protocol": "v1" if behind_tls else "off",
                # Who may forward is for --behind-proxy alone to say.
                "forwarded_allow_ips": "",
                "post_worker_init": tell_once,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            self.running = begin()
            return arrivals.watched(self.running.app)

        def run(self) -> None:
            Master(self).run()

    logging.getLogger("gunicorn.error").addFilter(_without_query)
    try:
        Application().run()
    except SystemExit as end:
        if end.code:
            raise


def _cause_of_death() -> str:
    """The signal that killed a child not yet waited for, as the end of a sentence; empty if there is none."""
    if not hasattr(os, "waitid"):
        return ""
    with suppress(ChildProcessError):
        child = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if child is not None and child.si_code in (os.CLD_KILLED, os.CLD_DUMPED):
            return f" ({signal.Signals(child.si_status).name})"
    return ""


def _most_connections(threads: int, each: int) -> int:
    """As many as there are descriptors for: `each` per connection, and one per thread that polls one."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    free = _DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    return max(threads, min(threads + _WAITING, (free - threads - _OUR_DESCRIPTORS) // each))


def run_werkzeug(listener: socket.socket, begin: Begin) -> None:
    """Threads in this process."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    arrivals = Arrivals(_MANY_ARRIVING)

    class Handler(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = SEND_WITHIN

        def handle_one_request(self) -> None:
            arrivals.begin(self.connection)
            try:
                super().handle_one_request()
            finally:
                arrivals.end(self.connection)

        def log(self, type: str, message: str, *args: object) -> None:
            if type == "error" and not message.startswith("Request timed out"):
                log.warning(_QUERY.sub("?…", message % args))

    running = begin()
    running.ready()
    host, port = listener.getsockname()[:2]
    app = arrivals.watched(running.app)
    server = make_server(host, port, app, threaded=True, request_handler=Handler, fd=listener.fileno())
    server.service_actions = arrivals.sweep  # type: ignore[method-assign]  # twice a second
    listener.close()  # the server has its own copy
    try:
        server.serve_forever()
    finally:
        running.stop()


def _without_query(record: logging.LogRecord) -> bool:
    """Log filter that removes query strings, since they may contain tokens."""
    record.msg, record.args = _QUERY.sub("?…", record.getMessage()), ()
    return True
