"""Which pictures go through a network together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.inference.batches import infer_each
from engine.types import Image, Maps
from tests.fakes import FakeBackend


def maps_of(image: Image) -> Maps:
    """Says which picture it is of."""
    return Maps(None, np.full((19, 1, 1), image[0, 0, 0], np.float32), np.zeros((38, 1, 1), np.float32))


class Alone(FakeBackend):
    def infer(self, image: Image) -> Maps:
        super().infer(image)
        return maps_of(image)


class Together(Alone):
    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def infer_batch(self, images: Sequence[Image]) -> list[Maps]:
        assert len({image.shape for image in images}) == 1
        self.batches.append(len(images))
        return [maps_of(image) for image in images]


def numbers(maps: Sequence[Maps]) -> list[int]:
    return [int(each.heatmaps[0, 0, 0]) for each in maps]


PICTURES = [np.full((rows, 64, 3), number, np.uint8) for number, rows in enumerate((32, 48, 32, 64, 48, 32))]


def test_pictures_of_one_size_go_together_and_maps_keep_their_order() -> None:
    backend = Together()
    assert numbers(infer_each(backend, PICTURES)) == [0, 1, 2, 3, 4, 5]
    assert (backend.batches, backend.sizes) == ([3, 2], [(64, 64)]), "a single one goes as ever"


def test_networks_that_take_one_at_a_time_get_one_at_a_time() -> None:
    backend = Alone()
    assert numbers(infer_each(backend, PICTURES)) == [0, 1, 2, 3, 4, 5]
    assert len(backend.sizes) == 6


def test_no_pictures_no_maps() -> None:
    assert infer_each(Together(), []) == []
