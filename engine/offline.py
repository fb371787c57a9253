"""Processes every frame once, in order, as fast as possible: capture, network and the rest overlap in threads.

    frames -> [prepare] -> [infer] -> [decode] -> [follow] -> snapshots     bounded queues between, one thread each

The network takes most of the time; two frames of slack on either side keep it busy.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any, Protocol, TypeVar

from engine.errors import PosecastError
from engine.types import Frame, FrameSource, Snapshot

A = TypeVar("A")
B = TypeVar("B")

QUEUE_DEPTH = 2
"""Queue length between two steps, frames."""
FIRST_FRAME_S = 15.0
"""Seconds within which a live source must deliver its first frame, as for `serve`."""
_POLL_S = 0.1
_JOIN_S = 10.0


class Steps(Protocol):
    """The steps of a processor; each takes what the one before returns."""

    def prepare(self, frame: Frame, /) -> Any: ...
    def infer(self, prepared: Any, /) -> Any: ...
    def decode(self, inferred: Any, /) -> Any: ...
    def follow(self, decoded: Any, /) -> Snapshot: ...


def through_network(frames: Iterator[Frame], processor: Steps) -> Generator[Any, None, None]:
    """What the network sees in every frame, in order: all that does not depend on the frames before."""
    prepared = in_thread(processor.prepare, frames, "posecast-prepare")
    inferred = in_thread(processor.infer, prepared, "posecast-infer")
    return in_thread(processor.decode, inferred, "posecast-decode")


def snapshots(
    frames: Iterator[Frame],
    processor: Steps,
    *,
    network: Callable[[Iterator[Frame], Any], Generator[Any, None, None]] = through_network,
    between: Callable[[Generator[Any, None, None]], Iterator[Any]] = iter,
    follow: Callable[[Any], Snapshot] | None = None,
) -> Generator[Snapshot, None, None]:
    """A snapshot for every frame, in order. Closing the iterator ends the threads.

    `network` may be elsewhere. `between` passes on what it has seen, and may hold it back for a while; `follow` is used
    instead of the processor's. Both are called in the last thread.
    """
    return in_thread(follow or processor.follow, between(network(frames, processor)), "posecast-follow")


def first_frame(source: FrameSource, within: float = FIRST_FRAME_S) -> Frame:
    """The first frame; PosecastError if there is none, or a live source delivers none `within` seconds."""
    late: list[str | None] = []

    def give_up() -> None:
        late.append(source.problem)
        source.close()

    timer = threading.Timer(within, give_up)
    timer.name, timer.daemon = "posecast-first-frame", True
    if source.live:
        timer.start()
    frame = source.read()
    timer.cancel()
    if frame is not None and not late:
        return frame
    if late:
        reason = f": {late[0]}" if late[0] else ""
        raise PosecastError(
            f"{source.name} delivered no frame within {within:g} s{reason}",
            "check that it is switched on and reachable, and not used by another program",
        )
    raise PosecastError(f"{source.name} delivered no frame", source.problem or "check that it plays elsewhere")


def frames_of(source: FrameSource, *, first: Frame | None = None, limit: int | None = None) -> Iterator[Frame]:
    """The frames of `source`, starting with `first` if that was read already, at most `limit`."""
    count = 0
    frame = first if first is not None else source.read()
    while frame is not None:
        yield frame
        count += 1
        if limit is not None and count >= limit:
            return
        frame = source.read()


def in_thread(step: Callable[[A], B], items: Iterator[A], name: str) -> Generator[B, None, None]:
    """`map(step, items)`, computed ahead in a thread; its exceptions are raised here, in order."""
    ready: queue.Queue[tuple[str, B | BaseException | None]] = queue.Queue(QUEUE_DEPTH)
    stop = threading.Event()

    def deliver(kind: str, value: B | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                ready.put((kind, value), timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False

    def run() -> None:
        try:
            for item in items:
                if not deliver("item", step(item)):
                    break
            else:
                deliver("end", None)
        except BaseException as error:  # noqa: BLE001 - raised again in the consumer's thread
            deliver("error", error)
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()

    return _consume(run, ready, stop, name)


def _consume(
    run: Callable[[], None],
    ready: queue.Queue[tuple[str, B | BaseException | None]],
    stop: threading.Event,
    name: str,
) -> Generator[B, None, None]:
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        while True:
            kind, value = ready.get()
            if kind == "end":
                return
            if kind == "error":
                assert isinstance(value, BaseException)
                raise value
            yield value  # type: ignore[misc]
    finally:
        stop.set()
        thread.join(_JOIN_S)
