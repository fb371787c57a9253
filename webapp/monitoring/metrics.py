"""Numbers for Prometheus: counters and histograms of the server, and the state of the engine when it is asked for.

Everything is in a registry of its own, so that several servers in one process count separately.
"""

from __future__ import annotations

import logging
import platform
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from engine.outputs import Report
from engine.pipeline import Stats
from engine.types import EVENT_KINDS, BackendInfo
from webapp.monitoring.logs import event_of
from webapp.monitoring.process import ProcessFigures

LATENCY_BUCKETS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.5)
"""Upper bounds in seconds of the time from capture to publication."""
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0)
"""Upper bounds in seconds of the time that a frame spends in one stage."""
ERROR_KINDS = ("source", "engine", "recording", "settings", "login", "request", "other")
"""Where errors arise. Each is a series from the start, so that the first error is an increase."""

_KIND_OF_EVENT = {"login_refused": "login", "request_failed": "request"}

OutputFigures = tuple[str, str, Report]
"""(id, protocol, report) of a live output. Its address is the operator's: it is not among the labels."""


class Metrics:
    """Counters of the web server. Any thread may count."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._switches = Counter("posecast_switches", "Changes of the running backend.", registry=registry)
        self._problems = Counter("posecast_problems", "Problems of the engine reported.", registry=registry)
        text = "Problems, refusals and faults, by where they arose."
        self._errors = Counter("posecast_errors", text, ["kind"], registry=registry)
        for kind in ERROR_KINDS:
            self._errors.labels(kind)
        self._events = Counter("posecast_events", "Events that the rules reported.", ["kind"], registry=registry)
        for kind in EVENT_KINDS:
            self._events.labels(kind)
        name, text = "posecast_publish_latency_seconds", "From capture to publication of a scene."
        self._latency = Histogram(name, text, buckets=LATENCY_BUCKETS, registry=registry)
        name, text = "posecast_stage_duration_seconds", "Time a frame spent in a stage."
        self._stages = Histogram(name, text, ["stage"], buckets=STAGE_BUCKETS, registry=registry)
        self._lock = threading.Lock()
        self._recent: deque[float] = deque(maxlen=256)
        self._process = ProcessFigures()

    def published(self, latency: float) -> None:
        """A scene was published `latency` seconds after its frame was captured."""
        self._latency.observe(latency)
        with self._lock:
            self._recent.append(latency)

    def publish_ms(self) -> dict[str, float] | None:
        """Median and 95th percentile of the latency of the newest scenes, milliseconds; None before the first."""
        with self._lock:
            recent = sorted(self._recent)
        if not recent:
            return None
        p50, p95 = (recent[round(share * (len(recent) - 1))] for share in (0.5, 0.95))
        return {"p50": round(p50 * 1000, 2), "p95": round(p95 * 1000, 2)}

    def worked(self, stage_ms: Mapping[str, float]) -> None:
        """A frame took these milliseconds in each stage."""
        for stage, milliseconds in stage_ms.items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def count_problem(self) -> None:
        self._problems.inc()

    def count_switches(self, count: int) -> None:
        self._switches.inc(count)

    def count_error(self, kind: str) -> None:
        self._errors.labels(kind).inc()

    def count_event(self, kind: str) -> None:
        self._events.labels(kind).inc()

    def text(
        self,
        stats: Stats,
        *,
        up: bool,
        backend: BackendInfo | None,
        streams: int,
        sockets: int,
        outputs: Sequence[OutputFigures] = (),
    ) -> str:
        """The exposition format, version 0.0.4."""
        told = CollectorRegistry()
        told.register(Figures([build_info(), *_flow(stats, up=up), _running(backend), viewers_gauge(streams, sockets)]))
        told.register(Figures(_outputs(outputs)))
        told.register(_Counted(self._registry))
        told.register(Figures(self._process.figures()))
        return generate_latest(told).decode()


class ErrorCounter(logging.Handler):
    """Counts errors that are logged: named events from warnings up, everything else from errors up."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        name, fields = event_of(record)
        if name == "log" and record.levelno < logging.ERROR:
            return
        kind = str(fields.get("kind") or _KIND_OF_EVENT.get(name, "other"))
        # A lost source is also reported as a problem.
        if name != "source_lost":
            self._metrics.count_error(kind)


class Figures(Collector):
    """Figures as they are at the moment."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


class _Counted(Collector):
    """What a registry has counted, without the `_created` series, for which only the library has a global switch."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family


def build_info() -> Metric:
    """The versions that run."""
    name, text = "posecast_build_info", "Always 1; the labels are the versions that run."
    family = GaugeMetricFamily(name, text, labels=["version", "python"])
    family.add_metric([metadata.version("posecast"), platform.python_version()], 1)
    return family


def _flow(stats: Stats, *, up: bool) -> Iterator[Metric]:
    """Frames and people."""
    yield GaugeMetricFamily("posecast_up", "Whether frames flow, as /healthz reports.", value=int(up))
    yield CounterMetricFamily("posecast_frames_captured", "Frames read from the source.", value=stats.captured)
    yield CounterMetricFamily("posecast_frames_processed", "Frames turned into scenes.", value=stats.processed)
    yield CounterMetricFamily("posecast_frames_dropped", "Frames that a newer one overtook.", value=stats.dropped)
    yield GaugeMetricFamily("posecast_fps", "Scenes per second at present.", value=round(stats.fps, 3))
    yield GaugeMetricFamily("posecast_people", "People in the newest scene.", value=stats.people)


def _running(backend: BackendInfo | None) -> Metric:
    """The backend that runs the network; without a sample before one does."""
    name, text = "posecast_backend_info", "Always 1; the labels are the backend, device and precision that run."
    family = GaugeMetricFamily(name, text, labels=["backend", "device", "precision"])
    if backend is not None:
        family.add_metric([backend.name, backend.device, backend.precision], 1)
    return family


def viewers_gauge(streams: int, sockets: int) -> Metric:
    """Open connections."""
    family = GaugeMetricFamily("posecast_viewers", "Open connections.", labels=["kind"])
    family.add_metric(["socket"], sockets)
    family.add_metric(["stream"], streams)
    return family


def _outputs(outputs: Sequence[OutputFigures]) -> Iterator[Metric]:
    """Live outputs, by their id and protocol; nothing without any."""
    for kind, name, text, figure in _OUTPUT_FAMILIES if outputs else ():
        family = kind(name, text, labels=["output", "protocol"])
        for id, protocol, report in outputs:
            family.add_metric([id, protocol], figure(report))
        yield family


_OUTPUT_FAMILIES: tuple[tuple[type[Any], str, str, Callable[[Report], float]], ...] = (
    (GaugeMetricFamily, "posecast_output_up", "Whether a live output sends.", lambda one: one.state == "sending"),
    (GaugeMetricFamily, "posecast_output_rate", "Scenes per second sent at present.", lambda one: one.rate),
    (CounterMetricFamily, "posecast_output_messages", "Messages sent.", lambda one: one.sent),
    (CounterMetricFamily, "posecast_output_failures", "Interruptions.", lambda one: one.failures),
)
