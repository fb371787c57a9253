"""The network's part of a video, done elsewhere in segments; the rest, in order, here.

    frames -> prepare -> segments of pictures -> [elsewhere: infer, decode] -> poses and body reads -> Decoded, in order

The video is read once, from its start, by one reader: segments hold exactly the frames that a run on one machine has,
with their times, whatever its key frames, time stamps and damage are. Elsewhere, nothing depends on earlier frames.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from engine.geometry import DEFAULT_CAMERA
from engine.lifting.maps import cells_of
from engine.mosaic import without_pixels
from engine.offline import in_thread
from engine.processor import Decoded, Prepared, Processor
from engine.settings import Settings
from engine.types import Backend, BackendInfo, Floats, Frame, Image, Maps, NetworkInput, Pose2D

SEGMENT_FRAMES = 32
"""Maximum frames of a segment: a second or two of the network."""
SEGMENT_BYTES = 16 * 1024 * 1024
"""Maximum bytes of a segment's pictures, unless one picture alone is larger."""

Ticket = TypeVar("Ticket")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A picture on its way to the network."""

    network_input: NetworkInput
    stage_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the network sees in a picture, without what nobody reads afterwards."""

    poses: tuple[Pose2D, ...]
    body: str
    reads: Reads | None
    """None where bodies come from keypoints."""
    backend: BackendInfo
    stage_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """The cells of the maps of features that bodies are read from."""

    shape: tuple[int, ...]
    """(57, h, w)."""
    cells: np.ndarray[Any, np.dtype[np.int64]]
    """(n,) indices into h x w."""
    values: Floats
    """(57, n)."""


class Elsewhere:
    """Stands for the backend of a processor whose network is elsewhere."""

    fixed_size: tuple[int, int] | None = None

    def __init__(self, info: BackendInfo) -> None:
        self.info = info

    def infer(self, image: Image) -> Maps:
        raise RuntimeError("the network is elsewhere")

    def close(self) -> None:
        """Nothing is open."""


def through_segments(
    frames: Iterator[Frame],
    processor: Processor,
    send: Callable[[list[Part]], Ticket],
    receive: Callable[[Ticket], Sequence[Seen]],
    window: int,
) -> Generator[Decoded, None, None]:
    """What the network sees in each frame. Up to `window` segments are away at a time."""
    prepared = in_thread(processor.prepare, frames, "posecast-prepare")
    away: deque[tuple[list[Prepared], Ticket]] = deque()
    with closing(prepared):
        for segment in segments(prepared):
            away.append(([_without_picture(each) for each in segment], send([_part(each) for each in segment])))
            if len(away) >= window:
                yield from _joined(*away.popleft(), receive)
        while away:
            yield from _joined(*away.popleft(), receive)


def segments(prepared: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    """The same in lists of limited length and size."""
    segment: list[Prepared] = []
    for each in prepared:
        segment.append(each)
        if len(segment) >= SEGMENT_FRAMES or len(segment) * each.network_input.image.nbytes >= SEGMENT_BYTES:
            yield segment
            segment = []
    if segment:
        yield segment


def see(parts: Sequence[Part], backend: Backend, settings: Settings) -> list[Seen]:
    """Elsewhere: the network's part of a segment."""
    processor = Processor(backend, settings, DEFAULT_CAMERA)
    nowhere = Frame(0, 0.0, 0.0, np.zeros((1, 1, 3), np.uint8))
    return [
        _seen(processor.decode(processor.infer(Prepared(nowhere, part.network_input, part.stage_ms)))) for part in parts
    ]


def _part(prepared: Prepared) -> Part:
    return Part(prepared.network_input, prepared.stage_ms)


def _joined(
    frames: Sequence[Prepared], ticket: Ticket, receive: Callable[[Ticket], Sequence[Seen]]
) -> Iterator[Decoded]:
    for prepared, seen in zip(frames, receive(ticket), strict=True):
        maps = None if seen.reads is None else _maps(seen.reads)
        scale = prepared.network_input.scale
        yield Decoded(prepared.frame, seen.poses, seen.body, maps, scale, seen.backend, seen.stage_ms)


def _without_picture(prepared: Prepared) -> Prepared:
    """The frame and the scale, with images that hold no memory."""
    picture = prepared.network_input
    return Prepared(
        without_pixels(prepared.frame), NetworkInput(picture.image[:0].copy(), picture.scale), prepared.stage_ms
    )


def _seen(decoded: Decoded) -> Seen:
    maps = decoded.maps
    features = None if maps is None else maps.features
    reads = None if features is None else _reads(features, decoded.poses, decoded.scale)
    return Seen(decoded.poses, decoded.body, reads, decoded.backend, decoded.stage_ms)


def _reads(features: Floats, poses: Sequence[Pose2D], scale: tuple[float, float]) -> Reads:
    """The cells of all keypoints: bodies are read from no others."""
    _, height, width = features.shape
    keypoints = np.concatenate([pose.keypoints.astype(float) for pose in poses]) if poses else np.zeros((0, 2))
    columns, rows = cells_of(keypoints, scale, (height, width)).T
    cells = np.unique(rows * width + columns)
    return Reads(features.shape, cells, features.reshape(len(features), -1)[:, cells])


def _maps(reads: Reads) -> Maps:
    """The maps with 0 in all other cells; heatmaps and PAFs, which are not read any more, hold no memory."""
    channels, height, width = reads.shape
    features = np.zeros((channels, height * width), np.float32)
    features[:, reads.cells] = reads.values
    heatmaps, pafs = (np.broadcast_to(np.float32(0), (count, height, width)) for count in (19, 38))
    return Maps(features.reshape(reads.shape), heatmaps, pafs)
