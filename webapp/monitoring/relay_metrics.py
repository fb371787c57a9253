"""Numbers of a relay for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from webapp.monitoring.metrics import Figures, build_info, viewers_gauge
from webapp.monitoring.process import ProcessFigures

_process = ProcessFigures()


def relay_metrics(*, up: bool, sockets: int, streams: int) -> str:
    """The exposition format, version 0.0.4."""
    told, name = CollectorRegistry(), "posecast_up"
    flow = GaugeMetricFamily(name, "Whether scenes arrive from the publisher, as /healthz reports.", value=int(up))
    told.register(Figures([build_info(), flow, viewers_gauge(streams, sockets)]))
    told.register(Figures(_process.figures()))
    return generate_latest(told).decode()
