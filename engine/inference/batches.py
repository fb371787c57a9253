"""Several pictures through one network: in one run where the network can, and they have one size."""

from __future__ import annotations

from collections.abc import Sequence

from engine.types import Backend, BatchBackend, Image, Maps


def infer_each(backend: Backend, images: Sequence[Image]) -> list[Maps]:
    """Maps of pictures of any sizes, in their order; pictures of one size go together."""
    places: dict[tuple[int, ...], list[int]] = {}
    for place, image in enumerate(images):
        places.setdefault(image.shape, []).append(place)
    maps: dict[int, Maps] = {}
    for alike in places.values():
        maps.update(zip(alike, infer_batch(backend, [images[place] for place in alike]), strict=True))
    return [maps[place] for place in range(len(images))]


def infer_batch(backend: Backend, images: Sequence[Image]) -> list[Maps]:
    """Maps of pictures of one size."""
    if len(images) > 1 and isinstance(backend, BatchBackend):
        return backend.infer_batch(images)
    return [backend.infer(image) for image in images]
