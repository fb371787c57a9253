"""Calibration of the present source's camera with a printed board, over HTTP; operators only."""

from __future__ import annotations

from flask import Blueprint, Response, request

from engine.calibration.board import DEFAULT_BOARD, parse_board
from engine.calibration.board_pdf import board_pdf
from webapp.routes.answers import answer
from webapp.routes.request_body import checked
from webapp.routes.request_types import CalibrationRequest
from webapp.services import services

blueprint = Blueprint("calibration", __name__, url_prefix="/api/calibration")


@blueprint.get("")
def current() -> Response:
    """The calibration under way: views, coverage, what is missing, and the result once it was calculated."""
    return answer(services().calibrating.describe())


@blueprint.post("")
def begin() -> Response:
    """Begin: from now on the newest frames are looked at for the board. Ends by itself if nobody asks for 30 s."""
    return answer(services().calibrating.begin(checked(CalibrationRequest).board))


@blueprint.delete("")
def end() -> Response:
    """End without a result."""
    return answer(services().calibrating.end())


@blueprint.post("/result")
def solve() -> Response:
    """Calculate the lens from the views so far."""
    return answer(services().calibrating.solve())


@blueprint.post("/save")
def save() -> Response:
    """Use the calculated lens for this source from the next frame on, and remember it."""
    return answer(services().calibrating.save())


@blueprint.get("/board.pdf")
def board() -> Response:
    """The board to print, at its exact size: `?board=charuco:5x7:30mm&paper=a4` (or letter)."""
    chosen = parse_board(request.args.get("board", DEFAULT_BOARD))
    headers = {"Content-Disposition": 'inline; filename="posecast-board.pdf"', "Cache-Control": "no-store"}
    return Response(board_pdf(chosen, request.args.get("paper", "a4")), mimetype="application/pdf", headers=headers)
