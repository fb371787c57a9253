"""A dashboard in the test's process, whose source, network and people the test controls: for tests of the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.capture.browser import Publications
from engine.pipeline import Parts, Pipeline
from engine.settings import Settings
from tests.browser.server import TOKEN, VIEW_TOKEN
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.app import create_app, services_of
from webapp.state.store import Store


@dataclass
class Server:
    """Where it is, and the stage that plays there."""

    url: str
    stage: Stage
    recordings: Path

    @property
    def operator_url(self) -> str:
        return f"{self.url}?token={TOKEN}"

    @property
    def view_url(self) -> str:
        return f"{self.url}?token={VIEW_TOKEN}"


@contextmanager
def staged(
    folder: Path,
    stage: Stage,
    *,
    settings: Settings | None = None,
    parts: Parts | None = None,
    publications: Publications | None = None,
    **options: Any,
) -> Iterator[Server]:
    """Serve while the block runs; everything that is kept lies in `folder`. `options` are those of ServeOptions.

    `publications`: where `parts` take the pictures of `browser:NAME` from.
    """
    store = folder / "settings.json"
    chosen = ServeOptions(
        config=store,
        recordings=folder / "recordings",
        uploads=folder / "uploads",
        token=TOKEN,
        view_token=VIEW_TOKEN,
        **options,
    )
    pipeline = Pipeline(settings or Settings(), parts=parts or stage.parts())
    app = create_app(pipeline, Store(store), chosen, publications=publications)
    pipeline.start()
    services_of(app).start()
    try:
        with Served(app) as served:
            yield Server(f"{served.url}/", stage, folder / "recordings")
    finally:
        stage.loading.set()
        services_of(app).stop()
        pipeline.close()
