"""The whole server, as `posecast serve` starts it, around a camera that plays from memory."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from bench.camera import Camera, frames_in_memory
from engine.pipeline import Parts, Pipeline
from engine.settings import Settings
from webapp.access.options import ServeOptions
from webapp.server.gunicorn import Running, run
from webapp.server.run import begin_with, listen
from webapp.state.store import Store


def serve(settings: Settings, fps: float, parts: Parts | None = None) -> None:
    """Serve on a free port of this machine until stopped, and print where. `parts`: what is not to be the real one."""
    listener = listen("127.0.0.1", 0)
    with tempfile.TemporaryDirectory() as folder:
        serving = ServeOptions(port=listener.getsockname()[1], recordings=Path(folder), viewer_limit=100)

        def begin() -> Running:
            frames = frames_in_memory(settings.source)
            played = replace(parts or Parts(), open_source=lambda text: Camera(frames, fps))
            pipeline = Pipeline(settings, parts=played)
            return begin_with(pipeline, Store(Path(folder) / "settings.json"), serving)

        run(listener, serving.threads, begin)
