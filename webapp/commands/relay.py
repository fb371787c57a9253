"""`posecast relay`: the page and the streams of another server, for its viewers."""

from __future__ import annotations

import argparse
import logging
import secrets
from dataclasses import replace

from engine.bus import BusAddress, bus_address
from engine.redaction import Secrets
from webapp.access.options import ServeOptions
from webapp.access.share import reachable_url, with_token
from webapp.commands.serving import VIEW_TOKEN_VARIABLE, certified, token_of
from webapp.monitoring import logs
from webapp.monitoring.logs import event
from webapp.server.gunicorn import Running
from webapp.server.listening import listen, own_url, serve_on

log = logging.getLogger(__name__)

_TOKEN_BYTES = 24


def run(options: argparse.Namespace) -> int:
    """Serve until stopped; the exit status."""
    address = bus_address(options.bus)
    served = ServeOptions(
        host=options.host,
        port=options.port,
        view_token=token_of(options.view_token, VIEW_TOKEN_VARIABLE),
        viewer_limit=options.viewers,
        allow_hosts=tuple(options.allow_host),
        behind_proxy=options.behind_proxy,
    )
    if served.protected and served.view_token is None:
        served = replace(served, view_token=secrets.token_urlsafe(_TOKEN_BYTES))
    served, certificate = certified(options, served)
    with logs.installed(options.log_format, options.log_level, Secrets(served.view_token, address.password)):
        listener = listen(served.host, served.port)
        served = replace(served, port=listener.getsockname()[1])
        serve_on(listener, served.threads, lambda: _begin(address, served), certificate)
    return 0


def _begin(address: BusAddress, options: ServeOptions) -> Running:
    from webapp.relay.app import create_relay, relay_of

    app = create_relay(address, options)
    services = relay_of(app)
    services.start()

    def stop() -> None:
        services.stop()
        event(log, "shutdown", "stopped")

    return Running(app, ready=lambda: _announce(address, options), stop=stop)


def _announce(address: BusAddress, options: ServeOptions) -> None:
    """For the person at the terminal; links are never logged, since they contain tokens."""
    url = own_url(options)
    event(log, "start", f"{url} shows what is published at {address.shown}", url=url, protected=options.protected)
    print(f"The relay is at {with_token(url, options.view_token)}", flush=True)
    if options.fingerprint is not None:
        print(
            f"Browsers warn once, because the certificate is self-signed. SHA-256:\n{options.fingerprint}", flush=True
        )
    if options.protected:
        print(f"From other devices: {with_token(reachable_url(options), options.view_token)}", flush=True)
