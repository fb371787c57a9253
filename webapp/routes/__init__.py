"""The HTTP interface, one file per subject; `BLUEPRINTS` lists them for the application."""

from webapp.routes import (
    calibration,
    camera,
    comparison,
    engine,
    events,
    outputs,
    pages,
    publishing,
    reading,
    recording_files,
    recordings,
    series,
    stream,
    uploads,
)

BLUEPRINTS = (
    *(module.blueprint for module in (pages, reading, stream)),
    *(module.blueprint for module in (calibration, camera, comparison, engine, events, outputs, publishing)),
    *(module.blueprint for module in (recording_files, recordings, series, uploads)),
)
