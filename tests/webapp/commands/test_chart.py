"""The chart of `posecast bench`: every figure of the JSON is drawn, to scale, in a file that needs nothing else."""

from __future__ import annotations

import copy
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from webapp.cli import main
from webapp.commands.chart import chart

RESULTS: dict[str, Any] = {
    "machine": {"cpu": 'A <fast> & "odd" CPU', "cores": 2, "python": "3.11.7", "posecast": "0.1.0"},
    "source": "demo",
    "image_size": [1280, 720],
    "network_size": [256, 456],
    "baseline": {"network_ms": {"p50": 100.0, "p95": 120.0}},
    "results": [
        {
            "backend": "openvino",
            "device": "CPU",
            "precision": precision,
            "network_ms": {"p50": p50, "p95": p50 * 1.1},
            "pipeline_fps": fps,
            "agreement": {"people": people, "oks": people, "mm": people},
        }
        for precision, p50, fps, people in (("fp32", 80.0, 10.0, 1.0), ("int8", 20.0, 40.0, None))
    ],
}


def drawn(results: dict[str, Any]) -> tuple[ElementTree.Element, list[str]]:
    """The SVG, and the texts in it."""
    page = chart(results)
    svg = ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    return svg, ["".join(text.itertext()) for text in svg.iter("text")]


def lengths(svg: ElementTree.Element, kind: str) -> list[float]:
    return [float(bar.attrib["width"]) for bar in svg.iter("rect") if bar.attrib["class"] == kind]


def test_bars_are_to_scale() -> None:
    svg, _ = drawn(RESULTS)
    (plain,), network, fps = (lengths(svg, kind) for kind in ("plain", "network", "fps"))
    assert network == pytest.approx([plain * 0.8, plain * 0.2], abs=0.1)
    assert fps[0] == pytest.approx(fps[1] / 4, abs=0.1)


def test_every_figure_is_told() -> None:
    _, texts = drawn(RESULTS)
    for text in ("80.0 · 1.2x", "20.0 · 5.0x", "100.0", "10.0", "40.0", "100.0%, 1.000, 1.0", "–, –, –"):
        assert text in texts
    assert "openvino CPU int8" in texts


def test_without_a_baseline_there_are_no_gains() -> None:
    results = copy.deepcopy(RESULTS)
    del results["baseline"]
    svg, texts = drawn(results)
    assert lengths(svg, "plain") == []
    assert "20.0" in texts
    assert not any("plain PyTorch" in text for text in texts)


def test_nothing_leaves_the_drawing() -> None:
    results = copy.deepcopy(RESULTS)
    results["results"][0]["network_ms"] = {"p50": 100_000.0, "p95": 100_000.0}
    svg, _ = drawn(results)
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    for text in svg.iter("text"):
        assert 0 <= float(text.attrib["x"]) < width - 40
        assert 0 < float(text.attrib["y"]) < height
    for bar in svg.iter("rect"):
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) < width


def test_it_needs_nothing_else_and_names_the_machine() -> None:
    page = chart(RESULTS)
    assert not re.search(r"<script|https?://|url\(|@import|src=", page)
    assert "A &lt;fast&gt; &amp; &quot;odd&quot; CPU, 2 cores" in page
    assert "prefers-color-scheme: dark" in page
    assert len(page) < 20_000


def test_another_ending_is_refused_before_anything_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "demo", "--chart", "results.gif"]) == 2
    assert ".html" in capsys.readouterr().err
