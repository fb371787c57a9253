"""`posecast serve`: the dashboard. Settings come from the user's own file, options beat it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from engine.extrinsics import load_calibration
from engine.settings import Settings, load_or_set_aside
from webapp.serve import ServeOptions, serve
from webapp.store import default_path


def run(options: argparse.Namespace, settings_of: Callable[..., Settings]) -> int:
    """Serve until stopped; the exit status."""
    path = options.config or default_path()
    saved, problem = load_or_set_aside(path) if options.config is None else (Settings(), None)
    if problem is not None:
        print(f"posecast: {problem}", file=sys.stderr)
    settings = settings_of(options, saved)
    calibration = load_calibration(settings.extrinsics) if settings.extrinsics else None
    serve(
        settings,
        calibration,
        ServeOptions(
            host=options.host,
            port=options.port,
            token=options.token,
            view_token=options.view_token,
            open_browser=options.open,
            viewer_limit=options.viewers,
            allow_hosts=tuple(options.allow_host),
            allow_sources=tuple(options.allow_source),
            behind_proxy=options.behind_proxy,
            config=path,
        ),
    )
    return 0
