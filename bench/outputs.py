"""What live outputs cost. `python -m bench.outputs`: scenes per second with all of them on, against none.

The demo stage runs in the pipeline of the server. In turns of a few seconds, no output is on, and then each of those
that send over UDP to this machine; the last figure is the median of the ratios. The receivers run in the same process,
which makes the outputs look a little dearer than they are.
"""

from __future__ import annotations

import argparse
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import median

from engine.cores import available_cores
from engine.machine import processor
from engine.outputs import Feed, Outputs, Wanted
from engine.pipeline import Pipeline
from engine.settings import Settings
from engine.types import Snapshot
from engine.wire import dumps, scene_to_wire

SCHEMES = ("vmc", "vrchat", "osc", "udp")
"""Those whose receiver is a socket."""
_START_S = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each turn (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--source", default="demo")
    parser.add_argument("--out", action="append", default=[], metavar="URL", help="also this output, whose target runs")
    options = parser.parse_args()
    print(f"{processor()}, load {os.getloadavg()[0]:.1f} for {available_cores()} cores")
    pipeline = Pipeline(Settings(source=options.source))
    outputs = Outputs(Feed(pipeline.snapshots, _text))
    pipeline.start()
    try:
        if pipeline.snapshots.wait_newer(1, _START_S) is None:
            raise SystemExit("the pipeline made no scenes")
        with _receivers() as urls:
            ratios = [_round(pipeline, outputs, [*urls, *options.out], options.seconds) for _ in range(options.rounds)]
    finally:
        outputs.close()
        pipeline.close()
    count = len(SCHEMES) + len(options.out)
    print(f"median: with {count} outputs on, the engine makes {median(ratios):.0%} of the scenes that it makes without")


def _round(pipeline: Pipeline, outputs: Outputs, urls: list[str], seconds: float) -> float:
    """The ratio of the rates: none on, all on, none on again."""
    before = _fps(pipeline, seconds)
    outputs.set([Wanted(url) for url in urls])
    during = _fps(pipeline, seconds)
    reports = [(entry.scheme, entry.report()) for entry in outputs.entries]
    outputs.set([])
    after = _fps(pipeline, seconds)
    ratio = during / ((before + after) / 2)
    rates = ", ".join(f"{scheme} {one.rate:.1f}" for scheme, one in reports)
    print(f"none {before:.1f} and {after:.1f} fps, all {during:.1f} fps: {ratio:.0%}; scenes per second sent: {rates}")
    return ratio


def _fps(pipeline: Pipeline, seconds: float) -> float:
    first = pipeline.state().stats.processed
    began = time.perf_counter()
    time.sleep(seconds)
    return (pipeline.state().stats.processed - first) / (time.perf_counter() - began)


def _text(version: int, snapshot: Snapshot) -> str:
    return dumps(scene_to_wire(snapshot, fps=0.0, wall_time=time.time()))


@contextmanager
def _receivers() -> Iterator[list[str]]:
    """Addresses of sockets that are read."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in SCHEMES]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
        one.settimeout(0.2)
    stopping = threading.Event()
    threads = [threading.Thread(target=_drain, args=(one, stopping), daemon=True) for one in sockets]
    for thread in threads:
        thread.start()
    yield [f"{name}://127.0.0.1:{one.getsockname()[1]}" for name, one in zip(SCHEMES, sockets, strict=True)]
    stopping.set()
    for thread, one in zip(threads, sockets, strict=True):
        thread.join(2)
        one.close()


def _drain(receiver: socket.socket, stopping: threading.Event) -> None:
    while not stopping.is_set():
        with suppress(TimeoutError):
            receiver.recv(70000)


if __name__ == "__main__":
    main()
