"""The chart of `posecast bench`: one HTML file that needs nothing else, light or dark as the reader's system is.

In: the dict that `--json` writes. Out: HTML around one inline SVG, without scripts, fonts or addresses. A row per
backend and precision: a bar for the network's milliseconds, one for the pipeline's frames per second, agreement beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from engine.errors import PosecastError

WIDTH = 1000
_ROW, _TOP = 34, 66
_NAME, _NETWORK, _FPS, _SAME = 0, 210, 560, 800
"""Left edges of the columns."""
_BAR_NETWORK, _BAR_FPS = 170, 130
"""Widths of the longest bars; their labels follow them."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b2330; --soft: #5b6675; --line: #d5dbe3; --page: #ffffff;
  --network: #2f6fdb; --fps: #159a74; --plain: #98a2b0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa5b4; --line: #353d49; --page: #14181e;
  --network: #6ea0ff; --fps: #3fc79c; --plain: #6d7887; } }
body { margin: 2rem auto; max-width: 1040px; padding: 0 1rem; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.3rem; margin: 0; } p { color: var(--soft); margin: .3rem 0 1.2rem; }
svg { width: 100%; height: auto; } text { fill: var(--ink); font: 14px system-ui, sans-serif; }
.soft { fill: var(--soft); font-size: 13px; } .head { font-weight: 600; }
.network { fill: var(--network); } .fps { fill: var(--fps); } .plain { fill: var(--plain); }
.line { stroke: var(--line); } .mark { stroke: var(--ink); stroke-width: 1.5; }
"""


def check_name(path: Path) -> None:
    """PosecastError for a name that is not HTML's; checked before anything is measured."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise PosecastError(f"the chart cannot be named {path}", "it is HTML: give a name that ends in .html")


def chart(results: Mapping[str, Any]) -> str:
    """The page for what `posecast bench --json` wrote."""
    machine, (width, height), (rows, columns) = results["machine"], results["image_size"], results["network_size"]
    title = f"Posecast {machine['posecast']} on {machine['cpu']}, {machine['cores']} cores"
    below = f"{results['source']}, {width}x{height}, network {rows}x{columns}, Python {machine['python']}"
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n"
        f"<h1>{escape(title)}</h1>\n<p>{escape(below)}</p>\n{_svg(results)}\n"
        "<p>Network: median of single requests, the mark is the 95th percentile; shorter is faster. Pipeline: from "
        "source to scene, nothing drawn; longer is faster. Same people: share of PyTorch fp32's people that were "
        "found, and how similar they are (OKS, and millimetres between their joints).</p>\n</html>\n"
    )


def _svg(results: Mapping[str, Any]) -> str:
    entries: Sequence[Mapping[str, Any]] = results["results"]
    plain = results.get("baseline", {}).get("network_ms")
    slowest = max(latency["p95"] for latency in [e["network_ms"] for e in entries] + ([plain] if plain else []))
    per_ms = _BAR_NETWORK / max(slowest, 1e-9)
    per_fps = _BAR_FPS / max(*(entry["pipeline_fps"] for entry in entries), 1e-9)
    parts = [*_heads(plain is not None)]
    if plain:
        parts += _baseline(plain, per_ms)
    first = _TOP + (_ROW if plain else 0)
    for number, entry in enumerate(entries):
        parts += _row(entry, first + number * _ROW, per_ms, per_fps, plain)
    height = first + len(entries) * _ROW
    caption = "Milliseconds and frames per second of every backend and precision"
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{caption}">\n' + "\n".join(parts) + "\n</svg>"


def _heads(gains: bool) -> Iterator[str]:
    gain = ", times plain PyTorch" if gains else ""
    yield label(_NAME, 20, "backend", "head")
    yield label(_NETWORK, 20, "network, ms", "head") + label(_NETWORK, 40, f"p50{gain}", "soft")
    yield label(_FPS, 20, "whole pipeline, frames/s", "head")
    yield label(_SAME, 20, "same people", "head") + label(_SAME, 40, "found, OKS, mm", "soft")
    yield f'<line class="line" x1="0" x2="{WIDTH}" y1="50" y2="50"/>'


def _baseline(plain: Mapping[str, float], per_ms: float) -> Iterator[str]:
    """The baseline: PyTorch fp32, eager."""
    yield label(_NAME, _TOP + 16, "plain PyTorch fp32, eager", "soft")
    yield from bar(_NETWORK, _TOP, plain["p50"] * per_ms, f"{plain['p50']:.1f}", "plain", plain["p95"] * per_ms)


def _row(
    entry: Mapping[str, Any], top: float, per_ms: float, per_fps: float, plain: Mapping[str, float] | None
) -> Iterator[str]:
    latency, same, fps = entry["network_ms"], entry["agreement"], entry["pipeline_fps"]
    gain = f" · {plain['p50'] / latency['p50']:.1f}x" if plain else ""
    yield label(_NAME, top + 16, f"{entry['backend']} {entry['device']} {entry['precision']}")
    text = f"{latency['p50']:.1f}{gain}"
    yield from bar(_NETWORK, top, latency["p50"] * per_ms, text, "network", latency["p95"] * per_ms)
    yield from bar(_FPS, top, fps * per_fps, f"{fps:.1f}", "fps")
    found, alike, apart = (_figure(same[key], form) for key, form in (("people", ".1%"), ("oks", ".3f"), ("mm", ".1f")))
    yield label(_SAME, top + 16, f"{found}, {alike}, {apart}")


def bar(
    left: float, top: float, length: float, text: str, kind: str, mark: float | None = None, height: float = 22
) -> Iterator[str]:
    """A bar, a mark on it or beyond it, and the figure to the right of both."""
    yield f'<rect class="{kind}" x="{left}" y="{top}" width="{length:.1f}" height="{height:g}" rx="2"/>'
    end = left + max(length, mark or 0)
    if mark is not None:
        x = f"{left + mark:.1f}"
        yield f'<line class="mark" x1="{x}" x2="{x}" y1="{top + 4}" y2="{top + 18}"/>'
    yield label(end + 8, top + height - 5, text)


def label(x: float, y: float, text: str, kind: str = "") -> str:
    marked = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{marked}>{escape(text)}</text>'


def _figure(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
