"""The HTTP interface, one file per subject; `BLUEPRINTS` lists them for the application."""

from webapp.routes import camera, comparison, engine, outputs, pages, recordings, stream, uploads

BLUEPRINTS = tuple(
    module.blueprint for module in (pages, engine, camera, comparison, outputs, recordings, stream, uploads)
)
