"""Curves of recordings over HTTP: angles, speeds and heights of a person over time."""

from __future__ import annotations

import math

from flask import Blueprint, Response, request

from engine.errors import PosecastError
from webapp.recording.exporting import Export
from webapp.recording.series import SeriesRequest
from webapp.routes.answers import answer
from webapp.services import services

blueprint = Blueprint("series", __name__, url_prefix="/api/recordings")

_PATIENCE_S = 0.5
"""How long a request waits for a recording to be measured, so that a short one is a single request."""


@blueprint.get("/<name>/series")
def series(name: str) -> Response:
    """Curves as JSON or CSV, or 202 with the fraction of the recording that is measured."""
    asked = _asked(name)
    form = request.args.get("format", "json")
    if form not in ("json", "csv"):
        raise PosecastError(f"unknown format {form!r}", "formats are: json, csv")
    found = services().series.ask(asked, _PATIENCE_S)
    if isinstance(found, Export):
        return answer({"fraction": round(found.fraction, 3)}, 202)
    if form == "json":
        return answer(found.to_wire())
    file = f"{name}-person-{found.person.id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    return Response(found.csv_lines(), mimetype="text/csv", headers=headers)


def _asked(name: str) -> SeriesRequest:
    person, points, library = _number("person"), _number("points"), services().library
    return SeriesRequest(
        library.recordings.path(name),
        None if person is None else int(person),
        tuple(dict.fromkeys(request.args.getlist("quantity"))),
        _number("from"),
        _number("to"),
        request.args.get("raw", "0") not in ("", "0"),
        4000 if points is None else int(points),
        library.edits(name),
    ).checked()


def _number(name: str) -> float | None:
    """A number of the query; None where it is absent. PosecastError for what is no number."""
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PosecastError(f"{name} must be a number, not {text!r}", "leave it out, or give a number")
    return value
