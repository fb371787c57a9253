"""Numbers for Prometheus, written by hand: its client library keeps global state, and the format is a few lines."""

from __future__ import annotations

import logging
import platform
import threading
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata

from engine.pipeline import Stats
from engine.types import BackendInfo
from webapp.monitoring.logs import event_of
from webapp.monitoring.process import ProcessFigures

LATENCY_BUCKETS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.5)
"""Upper bounds, seconds: from capture to publication."""
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0)
"""Upper bounds, seconds: of one stage of the work on a frame."""
ERROR_KINDS = ("source", "engine", "recording", "settings", "login", "request", "other")
"""Where it went wrong. Each is a series from the start, so that the first error is an increase."""

_KIND_OF_EVENT = {"login_refused": "login", "request_failed": "request"}
_LABEL = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Histogram:
    """Counts per bucket. The caller holds a lock."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def lines(self, name: str, **labels: str) -> Iterator[str]:
        """The samples, cumulative as the format wants them."""
        below = 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            below += count
            yield _sample(f"{name}_bucket", below, **labels, le=bound)
        yield _sample(f"{name}_sum", round(self._sum, 6), **labels)
        yield _sample(f"{name}_count", below, **labels)


class Metrics:
    """Counters of the web server. Any thread may count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latency = Histogram(LATENCY_BUCKETS)
        self._stages: dict[str, Histogram] = {}
        self._errors = Counter(dict.fromkeys(ERROR_KINDS, 0))
        self._recent: deque[float] = deque(maxlen=256)
        self._process = ProcessFigures()
        self.problems = 0
        self.switches = 0

    def published(self, latency: float) -> None:
        """A scene went out `latency` seconds after its frame was captured."""
        with self._lock:
            self._latency.observe(latency)
            self._recent.append(latency)

    def publish_ms(self) -> dict[str, float] | None:
        """Median and 95th percentile of the newest scenes' way from capture to publication; None before the first."""
        with self._lock:
            recent = sorted(self._recent)
        if not recent:
            return None
        p50, p95 = (recent[round(share * (len(recent) - 1))] for share in (0.5, 0.95))
        return {"p50": round(p50 * 1000, 2), "p95": round(p95 * 1000, 2)}

    def worked(self, stage_ms: Mapping[str, float]) -> None:
        """A frame took that long in each stage."""
        with self._lock:
            for stage, milliseconds in stage_ms.items():
                self._stages.setdefault(stage, Histogram(STAGE_BUCKETS)).observe(milliseconds / 1000)

    def count_problem(self) -> None:
        with self._lock:
            self.problems += 1

    def count_switches(self, count: int) -> None:
        with self._lock:
            self.switches += count

    def count_error(self, kind: str) -> None:
        with self._lock:
            self._errors[kind] += 1

    def text(self, stats: Stats, *, up: bool, backend: BackendInfo | None, streams: int, sockets: int) -> str:
        """The exposition format, version 0.0.4."""
        with self._lock:
            own = list(self._own())
        lines = [
            *_build(),
            *_single("posecast_up", "gauge", "Whether frames flow, as /healthz tells.", int(up)),
            *_single("posecast_frames_captured_total", "counter", "Frames read from the source.", stats.captured),
            *_single("posecast_frames_processed_total", "counter", "Frames turned into scenes.", stats.processed),
            *_single("posecast_frames_dropped_total", "counter", "Frames that a newer one overtook.", stats.dropped),
            *_single("posecast_fps", "gauge", "Scenes per second at present.", round(stats.fps, 3)),
            *_single("posecast_people", "gauge", "People in the newest scene.", stats.people),
            *_running(backend),
            *_head("posecast_viewers", "gauge", "Open connections."),
            _sample("posecast_viewers", sockets, kind="socket"),
            _sample("posecast_viewers", streams, kind="stream"),
            *own,
            *(line for figure in self._process.figures() for line in _single(*figure)),
        ]
        return "\n".join(lines) + "\n"

    def _own(self) -> Iterator[str]:
        """What is counted here."""
        yield from _single("posecast_switches_total", "counter", "Changes of the running backend.", self.switches)
        yield from _single("posecast_problems_total", "counter", "Problems of the engine reported.", self.problems)
        yield from _head("posecast_errors_total", "counter", "Problems, refusals and faults, by where they arose.")
        yield from (_sample("posecast_errors_total", count, kind=kind) for kind, count in self._errors.items())
        name = "posecast_publish_latency_seconds"
        yield from _head(name, "histogram", "From capture to publication of a scene.")
        yield from self._latency.lines(name)
        name = "posecast_stage_duration_seconds"
        yield from _head(name, "histogram", "Time a frame spent in a stage.")
        for stage, histogram in self._stages.items():
            yield from histogram.lines(name, stage=stage)


class ErrorCounter(logging.Handler):
    """Counts what is logged as going wrong: our events from warnings up, everything else from errors up."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        name, fields = event_of(record)
        if name == "log" and record.levelno < logging.ERROR:
            return
        kind = str(fields.get("kind") or _KIND_OF_EVENT.get(name, "other"))
        # A lost source is announced as a problem, too.
        if name != "source_lost":
            self._metrics.count_error(kind)


def _build() -> Iterable[str]:
    name = "posecast_build_info"
    yield from _head(name, "gauge", "Always 1; the labels say what runs.")
    yield _sample(name, 1, version=metadata.version("posecast"), python=platform.python_version())


def _running(backend: BackendInfo | None) -> Iterable[str]:
    """What the network runs in; no sample before there is one."""
    name = "posecast_backend_info"
    yield from _head(name, "gauge", "Always 1; the labels say what the network runs in.")
    if backend is not None:
        yield _sample(name, 1, backend=backend.name, device=backend.device, precision=backend.precision)


def _head(name: str, kind: str, text: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"


def _single(name: str, kind: str, text: str, value: float) -> tuple[str, ...]:
    return (*_head(name, kind, text), _sample(name, value))


def _sample(name: str, value: float, /, **labels: str) -> str:
    inside = ",".join(f'{key}="{text.translate(_LABEL)}"' for key, text in labels.items())
    return f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"
