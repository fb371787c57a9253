from __future__ import annotations

import pytest

from engine.rate import rate


@pytest.mark.parametrize(
    ("count", "first", "last", "expected"),
    [(26, 10.0, 11.0, 25.0), (2, 0.0, 4.0, 0.25), (1, 5.0, 5.0, 0.0), (0, 0.0, 0.0, 0.0), (3, 7.0, 7.0, 0.0)],
)
def test_intervals_per_second(count: int, first: float, last: float, expected: float) -> None:
    assert rate(count, first, last) == pytest.approx(expected)
