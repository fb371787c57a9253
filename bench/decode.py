"""How long decoding takes: the C++ decoder and its NumPy twin on the same maps. `python -m bench.decode`."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from bench import drawn_maps, numpy_decoder
from engine.decoding import extract_people

HEIGHT, WIDTH = 32, 57
"""Cells of the maps of a 16:9 frame at network height 256."""


def median_ms(run: Callable[[], object], repeats: int) -> float:
    """Median milliseconds of `repeats` runs, after one that does not count."""
    run()
    durations = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        durations.append(time.perf_counter() - start)
    return statistics.median(durations) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=500, help="runs of the C++ decoder; the twin gets a tenth")
    repeats = parser.parse_args().repeats
    print(f"maps of {HEIGHT} x {WIDTH} cells, medians of {repeats} runs")
    print(f"{'drawn':>6} {'found':>6} {'native ms':>10} {'NumPy ms':>10} {'ratio':>7}")
    for count in (0, 1, 2, 5, 10):
        heatmaps, pafs = drawn_maps.people(np.random.default_rng(count), HEIGHT, WIDTH, count)
        found = len(extract_people(heatmaps, pafs)[0])
        native = median_ms(lambda: extract_people(heatmaps, pafs), repeats)  # noqa: B023
        twin = median_ms(lambda: numpy_decoder.extract_people(heatmaps, pafs), max(1, repeats // 10))  # noqa: B023
        print(f"{count:>6} {found:>6} {native:>10.3f} {twin:>10.2f} {twin / native:>6.0f}x")


if __name__ == "__main__":
    main()
