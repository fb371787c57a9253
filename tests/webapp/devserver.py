"""A server with people and no network, to try the page with: `python -m tests.webapp.devserver --port 8010`."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from engine.extrinsics import load_calibration
from engine.pipeline import Pipeline
from tests.webapp.stage import Stage
from webapp.access import arrivals
from webapp.access.options import ServeOptions
from webapp.recording.recordings import Recordings
from webapp.recording.replay import parts_with_recordings
from webapp.server import gunicorn
from webapp.server.gunicorn import Running, run, run_werkzeug
from webapp.server.restarts import Chosen, Restarts
from webapp.server.run import begin_with, listen
from webapp.server.tls.certificate import self_made
from webapp.server.tls.names import own_names
from webapp.server.tls.serving import run_with_tls
from webapp.state.store import Store


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--viewers", type=int, default=64)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--size", type=int, nargs=2, default=(1280, 720))
    parser.add_argument("--behind-proxy", action="store_true")
    parser.add_argument("--werkzeug", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--patience", type=float, help="seconds for requests to arrive, and for answers to be taken")
    arguments = parser.parse_args()
    if arguments.patience is not None:
        arrivals.ARRIVE_WITHIN = gunicorn.SEND_WITHIN = arguments.patience
    with tempfile.TemporaryDirectory() as folder:
        serve(arguments, Path(folder))


def serve(arguments: argparse.Namespace, folder: Path) -> None:
    listener = listen(arguments.host, arguments.port)
    options = replace(
        ServeOptions(
            host=arguments.host,
            port=listener.getsockname()[1],
            viewer_limit=arguments.viewers,
            behind_proxy=arguments.behind_proxy,
            recordings=folder / "recordings",
            uploads=folder / "uploads",
            https=arguments.tls,
        )
    ).with_tokens()
    stage = Stage(rate=arguments.rate, size=tuple(arguments.size), people=arguments.people)

    store = Store(folder / "settings.json")

    def choose() -> Chosen:
        settings, _ = store.load()
        return Chosen(settings, load_calibration(settings.extrinsics) if settings.extrinsics else None)

    restarts = Restarts(choose)

    def begin() -> Running:
        chosen = restarts.begin()
        parts = parts_with_recordings(Recordings(folder / "recordings"), stage.parts())
        pipeline = Pipeline(chosen.settings, calibration=chosen.calibration, parts=parts)
        return begin_with(pipeline, store, options, chosen.problems)

    if arguments.werkzeug:
        run_werkzeug(listener, begin)
    elif arguments.tls:
        run_with_tls(listener, options.threads, begin, self_made(folder / "tls", own_names(arguments.host)))
    else:
        run(listener, options.threads, begin)


if __name__ == "__main__":
    main()
