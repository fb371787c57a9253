from __future__ import annotations

import cv2
import numpy as np
import pypdfium2
import pytest

from engine.calibration.board import Board, parse_board
from engine.calibration.board_pdf import PAPERS_MM, board_pdf
from engine.errors import PosecastError

DPI = 200


@pytest.mark.parametrize(
    ("text", "paper"), [("charuco:5x7:30mm", "a4"), ("charuco:5x7:3cm", "letter"), ("charuco:8x6:25mm", "a4")]
)
def test_a_printed_board_is_found_at_its_exact_size(text: str, paper: str) -> None:
    board = parse_board(text)
    page = pypdfium2.PdfDocument(board_pdf(board, paper))[0]
    assert sorted(page.get_size()) == pytest.approx(np.array(PAPERS_MM[paper]) / 25.4 * 72, abs=0.01)
    picture = np.asarray(page.render(scale=DPI / 72, grayscale=True).to_numpy()).squeeze()
    corners, ids, _, _ = cv2.aruco.CharucoDetector(board.opencv()).detectBoard(picture)
    assert len(ids) == (board.columns - 1) * (board.rows - 1)
    millimetres = np.reshape(corners, (-1, 2)) / DPI * 25.4
    expected = 1000 * board.corners[np.ravel(ids), :2]
    offsets = millimetres - expected
    np.testing.assert_allclose(offsets - offsets.mean(axis=0), 0, atol=0.04)


def test_the_ruler_below_the_board_is_as_long_as_it_says() -> None:
    page = pypdfium2.PdfDocument(board_pdf(parse_board("charuco:5x7:30mm")))[0]
    picture = np.asarray(page.render(scale=DPI / 72, grayscale=True).to_numpy()).squeeze()
    below = picture[round((297 + 210 - 16 + 2) / 2 / 25.4 * DPI) :]
    row = below[(below < 200).sum(axis=1).argmax()]
    dark = np.flatnonzero(row < 200)
    assert (dark[-1] - dark[0]) / DPI * 25.4 == pytest.approx(100, abs=0.3)
    assert "line is 100 mm long" in page.get_textpage().get_text_bounded()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("chess:5x7:30mm", "the board is 'chess:5x7:30mm'"),
        ("charuco:5x7:30", "the board is"),
        ("charuco:2x7:30mm", "a board of 2 x 7 squares"),
        ("charuco:25x25:10mm", "a board of 25 x 25 squares"),
        ("charuco:5x7:1mm", "squares of 1 mm"),
    ],
)
def test_boards_that_cannot_be_are_refused(text: str, error: str) -> None:
    with pytest.raises(PosecastError, match=error):
        parse_board(text)


def test_a_board_larger_than_the_paper_is_refused_with_the_size_that_fits() -> None:
    with pytest.raises(PosecastError) as raised:
        board_pdf(Board(9, 9, 0.03))
    assert "at most 21 mm" in raised.value.hint
