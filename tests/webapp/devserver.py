"""A server with people and no network, to try the page with: `python -m tests.webapp.devserver [PORT]`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.pipeline import Pipeline
from engine.settings import Settings
from tests.webapp.fakes import Stage
from webapp.app import create_app, services_of
from webapp.options import ServeOptions
from webapp.serve import announce, listen
from webapp.server import Running, run
from webapp.store import Store


def main(port: int) -> None:
    with TemporaryDirectory() as folder:
        options = ServeOptions(port=port, config=Path(folder) / "settings.json", recordings=Path(folder) / "recordings")
        stage = Stage(rate=25, size=(1280, 720), people=3)

        def begin() -> Running:
            pipeline = Pipeline(Settings(), parts=stage.parts())
            app = create_app(pipeline, Store(Path(folder) / "settings.json"), options)
            services = services_of(app)

            def stop() -> None:
                services.stop()
                pipeline.close()

            services.start()
            pipeline.start()
            return Running(app, ready=lambda: announce(options), stop=stop)

        run(listen(options.host, port), options.threads, begin)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8010)
