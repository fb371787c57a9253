"""A comparison of two backends on the live picture: its public record, and the figures in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.agreement import Matches, match, summary
from engine.types import BackendInfo, Snapshot

WINDOW_FRAMES = 100
"""Number of newest frames in the figures: half a minute for most networks, few enough to follow the scene."""
STAGES = ("preprocess", "infer", "decode", "lift")
"""The stages that are compared: backends differ in `infer`, and later stages depend on its results."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The requested backend, device and precision; 'auto' leaves them to the program."""

    name: str
    device: str = "auto"
    precision: str = "auto"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two backends."""

    asked: Choice
    runs: BackendInfo | None = None
    """The running backend; None until it is loaded."""
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    """Median milliseconds per stage; empty before the first frame."""
    people: float | None = None
    """Mean number of people found per frame."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The state of a comparison at one moment."""

    status: str
    """'loading', 'running', or 'ended': the networks are closed, and the figures are final."""
    sides: tuple[Side, Side]
    """A and B."""
    step: str = ""
    """The step of loading ('convert', 'compile', ...), or the reason for the end."""
    fraction: float | None = None
    """0..1 of the step, or None where it cannot be known."""
    frames: int = 0
    """Compared so far."""
    difference: Mapping[str, float | None] = field(default_factory=dict)
    """`people`, `oks`, `px`, `mm` of `engine.agreement`, A the reference; empty before the first frame."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """The figures of one frame."""

    stage_ms: tuple[Mapping[str, float], Mapping[str, float]]
    people: tuple[int, int]
    matches: Matches


class Figures:
    """Collects samples and keeps the newest. Not thread-safe."""

    def __init__(self) -> None:
        self.frames = 0
        self._samples: deque[_Sample] = deque(maxlen=WINDOW_FRAMES)

    def add(self, a: Snapshot, b: Snapshot) -> None:
        """Add the results of both for the same frame."""
        self.frames += 1
        self._samples.append(
            _Sample(
                (a.stage_ms, b.stage_ms),
                (len(a.scene.people), len(b.scene.people)),
                match(a.scene, b.scene),
            )
        )

    def stage_ms(self, side: int) -> dict[str, float]:
        """Median milliseconds per stage of one side, 0 or 1."""
        return _medians([sample.stage_ms[side] for sample in self._samples])

    def people(self, side: int) -> float | None:
        """Mean number of people that one side, 0 or 1, finds per frame."""
        return float(np.mean([sample.people[side] for sample in self._samples])) if self._samples else None

    def difference(self) -> dict[str, float | None]:
        """`people`, `oks`, `px`, `mm`; None if nobody was found by both."""
        return summary([sample.matches for sample in self._samples])


def _medians(samples: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {stage: float(np.median([sample[stage] for sample in samples])) for stage in STAGES if samples}
