"""The delayed start of `infer`: the floor is found before the first scene goes out, so that all share one camera.

Frames are held as decoded poses: the network sees each of them once. Their pictures are dropped, or kept as JPEG
where they are drawn later.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.floor import FloorWatch
from engine.processor import Decoded, Processor
from engine.settings import Settings
from engine.types import Frame, Image, Snapshot

PEOPLE_S = 10.0
"""Seconds with people after which the floor is settled."""
MAX_HELD_S = 120.0
"""Seconds for which frames are held if nobody comes."""
MAX_HELD_BYTES = 256 * 1024 * 1024
"""Bytes of pictures and maps that are held at most."""
_QUALITY = 95


def find_floor_first(
    decoded: Generator[Decoded, None, None],
    processor: Processor,
    settings: Settings,
    *,
    pictures: bool,
    holding: Callable[[int], None],
) -> Generator[Decoded, None, None]:
    """The same frames, the first of them held back until the floor is known; then the processor has that camera.

    `pictures`: whether their images are used afterwards; otherwise images of the same size hold no memory. `holding` is
    told how many frames are held. Closes `decoded`: a network that is still running when the program ends aborts it.
    """
    watch, scout = FloorWatch(), Processor(processor.backend, settings, processor.camera_spec)
    held: deque[_Held] = deque()
    people_s = held_bytes = 0.0
    before: float | None = None
    with contextlib.closing(decoded):
        for one in decoded:
            snapshot = scout.follow(one)
            watch.see(snapshot, settings)
            held.append(_Held(one, pictures))
            held_bytes += held[-1].size
            holding(len(held))
            if snapshot.lifted and before is not None:
                people_s += max(0.0, one.frame.time - before)
            before = one.frame.time
            held_s = one.frame.time - held[0].decoded.frame.time
            if people_s >= PEOPLE_S or held_s >= MAX_HELD_S or held_bytes >= MAX_HELD_BYTES:
                break
        watch.settle()
        processor.reconfigure(settings, watch.placed(processor.camera_spec, settings))
        while held:
            yield held.popleft().whole()
        yield from decoded


def following_the_floor(processor: Processor, settings: Settings) -> Callable[[Decoded], Snapshot]:
    """`processor.follow` for live sources: each new estimate replaces the camera between two frames."""
    watch, known = FloorWatch(), processor.camera_spec

    def follow(decoded: Decoded) -> Snapshot:
        snapshot = processor.follow(decoded)
        if watch.see(snapshot, settings):
            processor.reconfigure(settings, watch.placed(known, settings))
        return snapshot

    return follow


@dataclass(slots=True, eq=False)
class _Held:
    """A frame without its pixels."""

    decoded: Decoded
    jpeg: Image | None

    def __init__(self, decoded: Decoded, pictures: bool) -> None:
        image = decoded.frame.image
        self.jpeg = _encoded(image) if pictures else None
        self.decoded = _with_image(decoded, np.broadcast_to(np.uint8(0), image.shape))

    @property
    def size(self) -> int:
        """Bytes."""
        maps, jpeg = self.decoded.maps, self.jpeg
        features = 0 if maps is None or maps.features is None else maps.features.nbytes
        return (
            (0 if jpeg is None else jpeg.nbytes)
            + (0 if maps is None else maps.heatmaps.nbytes + maps.pafs.nbytes)
            + features
        )

    def whole(self) -> Decoded:
        """The frame, with its picture if that was kept."""
        if self.jpeg is None:
            return self.decoded
        return _with_image(self.decoded, np.asarray(cv2.imdecode(self.jpeg, cv2.IMREAD_COLOR), dtype=np.uint8))


def _encoded(image: Image) -> Image:
    jpeg = cv2.imencode(".jpg", np.ascontiguousarray(image), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return np.asarray(jpeg, dtype=np.uint8)


def _with_image(decoded: Decoded, image: Image) -> Decoded:
    frame: Frame = replace(decoded.frame, image=image)
    return replace(decoded, frame=frame)
