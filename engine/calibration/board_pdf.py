"""A board as a PDF of one page: vectors of exact size, a ruler to check the print with, and what it is.

Written by hand since it needs nothing but filled rectangles, lines and a line of text.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from engine.calibration.board import Board, dictionary
from engine.errors import PosecastError

PAPERS_MM = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
_POINTS_PER_MM = 72 / 25.4
_MARGIN_MM = 8.0
"""What printers leave white at the edges, and a white frame around the board."""
_FOOT_MM = 16.0
"""Height of the ruler and the line of text below the board."""
_RULER_MM = 100.0
_TEXT_POINTS = 7.5
_MARKER_CELLS = 7

Rect = tuple[float, float, float, float]
"""x, y, width and height in millimetres, y down from the top left corner."""


def board_pdf(board: Board, paper: str = "a4") -> bytes:
    """The PDF; PosecastError where the board does not fit on the paper, upright or on its side."""
    page = _page(board, paper)
    board_mm = tuple(1000 * side for side in board.size_m)
    left = (page[0] - board_mm[0]) / 2
    top = max(_MARGIN_MM, (page[1] - _FOOT_MM - board_mm[1]) / 2)
    pieces = [_filled(page, [(x + left, y + top, w, h) for x, y, w, h in _black(board)])]
    pieces += _foot(page, board, paper, top + board_mm[1])
    return _document(page, "\n".join(pieces))


def _page(board: Board, paper: str) -> tuple[float, float]:
    """Width and height of the paper as it is held, millimetres."""
    if paper not in PAPERS_MM:
        raise PosecastError(f"paper is {paper!r:.20}", f"give one of {', '.join(PAPERS_MM)}")
    upright = PAPERS_MM[paper]
    needed = [1000 * side + 2 * _MARGIN_MM for side in board.size_m]
    for page in (upright, (upright[1], upright[0])):
        if needed[0] <= page[0] and needed[1] + _FOOT_MM <= page[1]:
            return page
    room = max(
        min((page[0] - 2 * _MARGIN_MM) / board.columns, (page[1] - 2 * _MARGIN_MM - _FOOT_MM) / board.rows)
        for page in (upright, (upright[1], upright[0]))
    )
    raise PosecastError(
        f"the board is {needed[0]:.0f} x {needed[1]:.0f} mm with its margins, and the paper {upright[0]:g} x "
        f"{upright[1]:g} mm",
        f"use squares of at most {np.floor(room):g} mm, or fewer of them; large boards are for a print shop",
    )


def _black(board: Board) -> Iterator[Rect]:
    """What is black: the squares without a marker, and the cells of the markers."""
    square, drawn = 1000 * board.square_m, board.opencv()
    markers = np.asarray(drawn.getObjPoints(), dtype=np.float64)[:, :, :2] * 1000
    white = {tuple(np.floor(marker.mean(axis=0) / square).astype(int).tolist()) for marker in markers}
    for row in range(board.rows):
        for column in range(board.columns):
            if (column, row) not in white:
                yield column * square, row * square, square, square
    for number, marker in zip(drawn.getIds().ravel().tolist(), markers, strict=True):
        cells = cv2.aruco.generateImageMarker(dictionary(), number, _MARKER_CELLS, borderBits=1)
        side = (marker[1, 0] - marker[0, 0]) / _MARKER_CELLS
        for y, x in np.argwhere(cells == 0).tolist():
            yield marker[0, 0] + x * side, marker[0, 1] + y * side, side, side


def _foot(page: tuple[float, float], board: Board, paper: str, y: float) -> list[str]:
    """The ruler and the text."""
    length = min(_RULER_MM, 10 * ((page[0] - 2 * _MARGIN_MM) // 10))
    left = (page[0] - length) / 2
    ticks = [(left + at, y + 4.0, 0.2, 3.0 if at % 50 == 0 else 2.0) for at in np.arange(0.0, length + 1, 10).tolist()]
    ticks = [(x - 0.1, top, width, height) for x, top, width, height in ticks]
    told = f"Posecast {board.text}, {paper}. Print at 100 %, not fitted to the page: the line is {length:g} mm long."
    width = 0.5 * _TEXT_POINTS * len(told) / _POINTS_PER_MM
    at = max(_MARGIN_MM, (page[0] - width) / 2) * _POINTS_PER_MM, (page[1] - y - 12.0) * _POINTS_PER_MM
    text = f"BT /F1 {_TEXT_POINTS} Tf {at[0]:.3f} {at[1]:.3f} Td ({told}) Tj ET"
    return [_filled(page, [(left, y + 4.0, length, 0.2), *ticks]), text]


def _filled(page: tuple[float, float], rects: list[Rect]) -> str:
    """One path, so that no seams are seen between rectangles that touch."""
    lines = [
        f"{x * _POINTS_PER_MM:.5f} {(page[1] - y - h) * _POINTS_PER_MM:.5f} "
        f"{w * _POINTS_PER_MM:.5f} {h * _POINTS_PER_MM:.5f} re"
        for x, y, w, h in rects
    ]
    return "\n".join([*lines, "f"])


def _document(page: tuple[float, float], content: str) -> bytes:
    """A PDF of one page with this content."""
    box = " ".join(f"{side * _POINTS_PER_MM:.5f}" for side in page)
    stream = content.encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {box}] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.6\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)
    return bytes(out)
