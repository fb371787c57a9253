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
    recording_files,
    recordings,
    series,
    stream,
    uploads,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        calibration,
        camera,
        comparison,
        engine,
        events,
        outputs,
        pages,
        publishing,
        recording_files,
        recordings,
        series,
        stream,
        uploads,
    )
)
