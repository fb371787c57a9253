"""The server's status as JSON: the engine's state and the server's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.pipeline import Pipeline
from engine.redaction import redact
from engine.types import Snapshot
from engine.wire import Wire
from webapp.describe import describe_comparison, describe_state, describe_stats
from webapp.live.broadcast import Broadcaster
from webapp.live.viewers import Viewers
from webapp.monitoring.metrics import Metrics
from webapp.recording.recorder import Recorder
from webapp.state.outputs import OutputDesk
from webapp.state.source_desk import SourceDesk
from webapp.state.sources import Sources


class Status:
    """Collects the state of the other services on request."""

    def __init__(
        self,
        pipeline: Pipeline,
        sources: Sources,
        source_desk: SourceDesk,
        recorder: Recorder,
        broadcaster: Broadcaster[Snapshot],
        viewers: Viewers,
        metrics: Metrics,
        outputs: OutputDesk,
        can_undo: Callable[[], bool],
        more: Mapping[str, Callable[[], object]],
    ) -> None:
        """`can_undo`: whether a change of the camera can be undone. `more`: further entries of the state, by name."""
        self._can_undo, self._more = can_undo, more
        self._pipeline, self._sources, self._recorder = pipeline, sources, recorder
        self._source_desk, self._outputs = source_desk, outputs
        self._broadcaster, self._viewers, self._metrics = broadcaster, viewers, metrics

    def state(self) -> Wire:
        """The `state` event, and most of `GET /api/state`."""
        state = self._pipeline.state()
        told = describe_state(state, self._pipeline.health())
        if told["camera"] is not None:
            told["camera"]["can_undo"] = self._can_undo()
        return {
            **told,
            "source_label": self._sources.label(redact(state.settings.source)),
            "start_source": self._source_desk.start,
            "sources": self._sources.names(),
            "recording": self._recorder.status(),
            **{name: tell() for name, tell in self._more.items()},
        }

    def stats(self) -> Wire:
        """The `stats` event. `publish_ms` is the latency from capture to the sockets."""
        return {
            **describe_stats(self._pipeline.state().stats, self._pipeline.health()),
            "publish_ms": self._metrics.publish_ms(),
            "viewers": len(self._broadcaster),
            "streams": len(self._viewers),
            "recording": self._recorder.status(),
            "comparison": describe_comparison(self._pipeline.comparisons.now),
        }

    def metrics(self) -> str:
        """`GET /metrics`."""
        state = self._pipeline.state()
        return self._metrics.text(
            state.stats,
            up=self._pipeline.health() is None,
            backend=state.backend,
            streams=len(self._viewers),
            sockets=len(self._broadcaster),
            outputs=[(entry.id, entry.scheme, entry.report()) for entry in self._outputs.entries()],
        )

    def present(self) -> int:
        """Number of viewers, recordings and live outputs."""
        watching = len(self._broadcaster) + len(self._viewers)
        return watching + self._outputs.active + (self._recorder.status() is not None)
