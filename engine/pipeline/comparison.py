"""A comparison of two backends on the live picture: the record that others see, and the figures in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.agreement import Matches, match, summary
from engine.types import BackendInfo, Snapshot

WINDOW_FRAMES = 100
"""The newest frames that figures describe: half a minute for most networks, and few enough to follow the picture."""
STAGES = ("preprocess", "infer", "decode", "lift")
"""The stages that are compared: two backends differ in `infer`, and the later stages depend on what it found."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user asks for; 'auto' leaves it to the program."""

    name: str
    device: str = "auto"
    precision: str = "auto"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    asked: Choice
    runs: BackendInfo | None = None
    """None until it is loaded."""
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    """Medians; empty before the first frame."""
    people: float | None = None
    """Found in a frame, on average."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is known about two backends at one moment."""

    status: str
    """'loading', 'running' or 'ended': then the networks are closed, and the figures are the last ones."""
    sides: tuple[Side, Side]
    """A and B."""
    step: str = ""
    """The step of loading ('convert', 'compile', ...); or why it has ended, in words."""
    fraction: float | None = None
    """0..1 of the step, or None where it cannot be known."""
    frames: int = 0
    """Compared so far."""
    difference: Mapping[str, float | None] = field(default_factory=dict)
    """`people`, `oks`, `px`, `mm` of `engine.agreement`, A the reference; empty before the first frame."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """What is kept of one frame."""

    stage_ms: tuple[Mapping[str, float], Mapping[str, float]]
    people: tuple[int, int]
    matches: Matches


class Figures:
    """Collects samples, of which it keeps the newest. No threads."""

    def __init__(self) -> None:
        self.frames = 0
        self._samples: deque[_Sample] = deque(maxlen=WINDOW_FRAMES)

    def add(self, a: Snapshot, b: Snapshot) -> None:
        """What the two made of the same frame."""
        self.frames += 1
        self._samples.append(
            _Sample(
                (a.stage_ms, b.stage_ms),
                (len(a.scene.people), len(b.scene.people)),
                match(a.scene, b.scene),
            )
        )

    def stage_ms(self, side: int) -> dict[str, float]:
        """Medians of one side, 0 or 1."""
        return _medians([sample.stage_ms[side] for sample in self._samples])

    def people(self, side: int) -> float | None:
        """How many one side, 0 or 1, finds in a frame on average."""
        return float(np.mean([sample.people[side] for sample in self._samples])) if self._samples else None

    def difference(self) -> dict[str, float | None]:
        """`people`, `oks`, `px`, `mm`; None where nobody was found by both."""
        return summary([sample.matches for sample in self._samples])


def _medians(samples: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {stage: float(np.median([sample[stage] for sample in samples])) for stage in STAGES if samples}
