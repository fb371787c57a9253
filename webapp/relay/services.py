"""What a relay shows, and what runs in it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.wire import Wire
from webapp.access.options import ServeOptions
from webapp.access.tokens import Tokens
from webapp.bus.reader import Reader
from webapp.bus.received import RelayedScene, RelayedScenes
from webapp.live.broadcast import Broadcaster
from webapp.live.heartbeat import Heartbeat
from webapp.live.pictures import PictureFeed
from webapp.live.sockets import SocketServer
from webapp.live.viewers import Viewers
from webapp.monitoring.relay_metrics import relay_metrics


@dataclass(frozen=True, slots=True)
class RelayServices:
    """One of each. It is `webapp.shown.Shown`."""

    options: ServeOptions
    tokens: Tokens
    viewers: Viewers
    sockets: SocketServer
    reader: Reader
    broadcaster: Broadcaster[RelayedScene]
    heartbeat: Heartbeat

    @property
    def scenes(self) -> RelayedScenes:
        return self.reader.scenes

    @property
    def pictures(self) -> PictureFeed:
        return self.reader.pictures

    def viewers_see(self) -> str:
        return self.reader.viewers_see()

    def health(self) -> str | None:
        away = self.reader.away()
        if away is not None:
            return away[0]
        return self.reader.told.health

    def state(self) -> Wire:
        """The publisher's, without what only it can do; as of a source without pictures while it is away."""
        return {
            "status": "starting",
            "switching": None,
            **self.reader.told.state,
            "sources": [],
            "recording": None,
            "relay": self.reader.address.name,
            "stats": self.stats(),
            "now": round(self.reader.now(), 3),
        }

    def stats(self) -> Wire:
        """The publisher's `stats`, with the viewers of this relay."""
        away = self.reader.away()
        why = {} if away is None else {"source_problem": away[0], "source_hint": away[1], "problem": away[0]}
        return {
            **_NOTHING_YET,
            **self.reader.told.stats,
            **why,
            "viewers": len(self.broadcaster),
            "streams": len(self.viewers),
            "recording": None,
        }

    def metrics_text(self) -> str:
        return relay_metrics(up=self.health() is None, sockets=len(self.broadcaster), streams=len(self.viewers))

    def seen(self) -> None:
        """The publisher is told by what is asked for."""

    def start(self) -> None:
        self.sockets.on_clients(self.broadcaster.join, self.broadcaster.leave)
        self.broadcaster.tell(self.state, self.stats)
        self.reader.changed = self.broadcaster.state_changed
        beat = self.heartbeat.each_second
        beat("sending statistics", self.broadcaster.send_stats)
        beat("dropping silent clients", self.broadcaster.drop_silent)
        beat("ending unused connections", self.sockets.sweep)
        beat("ending stuck streams", self.viewers.drop_stuck)
        self.reader.start()
        self.broadcaster.start()
        self.heartbeat.start()

    def stop(self) -> None:
        """End streams and sockets first, to release their server threads; waits a bounded time."""
        for close in (self.viewers.close, self.sockets.close, self.reader.close):
            close()
        self.heartbeat.close()
        self.broadcaster.close()


_NOTHING_YET: Wire = {
    "fps": 0.0,
    "captured": 0,
    "processed": 0,
    "dropped": 0,
    "people": 0,
    "stage_ms": {},
    "latency_ms": None,
    "source_problem": None,
    "source_hint": None,
    "problem": None,
}
"""Statistics of a publisher that has said nothing yet."""
