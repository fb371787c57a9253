"""Whose turn it is to compute: the live view's, or a comparison's, which times what it runs and must be alone.

On a machine with few cores two networks at once slow each other down by as much as chance has it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from engine.pipeline.around import Around
from engine.pipeline.parts import FrameProcessor
from engine.types import Frame, Snapshot

LONGEST_S = 1.0
"""One waits for the other for so long at most: a network that hangs must not take the live view along."""


class Turns:
    """Two parties, each in its own threads. The one aside goes first where both want to: it comes seldom."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._live = 0
        self._aside = False

    @contextmanager
    def live(self) -> Iterator[None]:
        """The live view's turn, which begins when nothing is computed aside."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._aside, LONGEST_S):
                self._aside = False  # it has had its turn
            self._live += 1
        try:
            yield
        finally:
            with self._changed:
                self._live -= 1
                self._changed.notify_all()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """A turn between two frames of the live view."""
        with self._changed:
            self._aside = True
            self._changed.wait_for(lambda: not self._live, LONGEST_S)
        try:
            yield
        finally:
            with self._changed:
                self._aside = False
                self._changed.notify_all()


class InTurn(Around):
    """The live view's processor, which waits for its turn."""

    def __init__(self, processor: FrameProcessor, turns: Turns) -> None:
        super().__init__(processor)
        self._turns = turns

    def process(self, frame: Frame) -> Snapshot:
        with self._turns.live():
            return super().process(frame)
