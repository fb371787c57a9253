"""`posecast serve`: checks everything, binds the port, starts the engine in the serving process, prints the address."""

from __future__ import annotations

import logging
import sys
import threading
import webbrowser
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.metadata import version

from engine.capture.browser import Publications
from engine.models import resolve
from engine.pipeline import Parts, Pipeline
from engine.pipeline.parts import open_live
from webapp.access.options import ServeOptions as ServeOptions
from webapp.access.share import reachable_url, with_token
from webapp.access.tokens import Tokens
from webapp.monitoring.logs import event
from webapp.server.gunicorn import Running
from webapp.server.listening import listen as listen
from webapp.server.listening import own_url as own_url
from webapp.server.listening import serve_on
from webapp.server.precheck import checked
from webapp.server.restarts import Chosen, Restarts
from webapp.server.tls.certificate import Certificate
from webapp.state.startup_problems import Problem
from webapp.state.store import Store, default_path, default_recordings

log = logging.getLogger(__name__)


def serve(choose: Callable[[], Chosen], options: ServeOptions, certificate: Certificate | None = None) -> None:
    """Serve the dashboard until stopped. PosecastError for errors that the user can correct, before anything runs.

    `choose` is called again when the serving process has crashed and is replaced. With a `certificate`, it is https.
    """
    restarts = Restarts(choose)
    settings = restarts.first.settings
    resolve(settings.model)
    with checked(settings):
        _import_application()
    listener = listen(options.host, options.port)
    # The source given at the start may always be chosen again.
    sources = (*options.allow_sources, settings.source)
    options = replace(options, port=listener.getsockname()[1], allow_sources=sources).with_tokens()

    def begin() -> Running:
        return begin_serving(restarts.begin(), options, restarts.note_source)

    serve_on(listener, options.threads, begin, certificate)


def _import_application() -> None:
    """The longest of the imports. Done before the server forks, so that a worker that is started again has it."""
    import_module("webapp.app")


def begin_serving(chosen: Chosen, options: ServeOptions, note_source: Callable[[str], None]) -> Running:
    """Make application and engine in this process, and start both; `note_source` is told what plays."""
    from webapp.recording.recordings import Recordings
    from webapp.recording.replay import parts_with_recordings

    publications = Publications()
    opener = partial(open_live, uploads=options.uploads, publications=publications)
    recordings = Recordings(options.recordings or default_recordings())
    parts = parts_with_recordings(recordings, Parts(open_source=opener))
    pipeline = Pipeline(chosen.settings, calibration=chosen.calibration, parts=parts)
    store = Store(options.config or default_path())
    return begin_with(pipeline, store, options, chosen.problems, note_source, chosen.given, publications)


def begin_with(
    pipeline: Pipeline,
    store: Store,
    options: ServeOptions,
    problems: Sequence[Problem] = (),
    note_source: Callable[[str], None] = lambda _: None,
    given: Collection[str] = (),
    publications: Publications | None = None,
) -> Running:
    """Make the application around `pipeline`, start both, and tell of `problems` that there were before.

    `note_source` is told once a second what plays. `given`: names of settings that were given for the source, and
    override what is remembered of its camera.
    """
    from webapp.app import create_app, services_of

    app = create_app(pipeline, store, options, given, publications)
    services = services_of(app)

    def stop() -> None:
        services.stop()
        pipeline.close()
        event(log, "shutdown", "stopped")

    services.heartbeat.each_second("noting the source", lambda: note_source(pipeline.state().settings.source))
    services.start(problems)
    pipeline.start()
    return Running(app, ready=lambda: announce(options, services.tokens), stop=stop)


def announce(options: ServeOptions, tokens: Tokens) -> None:
    """Log and print the address, and open the browser if requested. Connections are already accepted."""
    url = own_url(options)
    number = version("posecast")
    event(log, "start", f"version {number} serves {url}", url=url, version=number, protected=options.protected)
    if options.weak_token:
        log.warning("the token is short and can be guessed; omit it to have one generated")
    if sys.platform == "win32":
        log.warning("served by Werkzeug, since gunicorn does not run on Windows")
    if options.links:
        _print_links(options, url)
    if options.open_browser:
        # A browser's address is in the list of processes while it starts: a ticket there is worth nothing to others.
        link = with_token(url, tokens.ticket())
        threading.Thread(target=webbrowser.open, args=(link,), name="posecast-browser", daemon=True).start()


def _print_links(options: ServeOptions, url: str) -> None:
    """Print the links for the person at the terminal; they are never logged, since they contain tokens."""
    print(f"Posecast is at {with_token(url, options.token)}", flush=True)
    if options.fingerprint is not None:
        print(
            f"Browsers warn once, because the certificate is self-signed. SHA-256:\n{options.fingerprint}", flush=True
        )
    if options.protected:
        shown = reachable_url(options)
        print(f"From other devices: {with_token(shown, options.token)}", flush=True)
        print(f"View only:          {with_token(shown, options.view_token)}", flush=True)
