"""Speed in three words: what Fast, Balanced and Careful stand for on this machine.

In: the model. Out: a `Preset` each, with backend, device, precision and network height, or the reason why it is not
available. Nothing is measured or converted here: trials that `auto` made before are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from engine import inference, models
from engine.errors import PosecastError
from engine.inference.installed import require
from engine.loading import recorded_trials
from engine.models.prepare import ready
from engine.preprocess import network_size
from engine.trials import Trial
from engine.types import ModelSpec

MEANINGS = {"fast": ("int8", 184), "balanced": ("int8", 256), "careful": ("fp32", 368)}
"""(precision, network height) by name. fp32 is the precision that all others are verified against."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One word, and what it stands for."""

    name: str
    spec: ModelSpec
    """Without 'auto' where it is available."""
    height: int
    """Network height, pixels."""
    reason: str | None = None
    """Why it is not available; None if it is."""
    ready: bool = True
    """Whether its model is at hand; if not, it is converted when it is chosen."""


def presets(model: ModelSpec, image_size: tuple[int, int]) -> tuple[Preset, ...]:
    """One for each word, for `model` and frames of `image_size` (width, height)."""
    tried = recorded_trials(model)
    return tuple(
        _preset(name, replace(model, backend="auto", device="auto", precision=precision), height, image_size, tried)
        for name, (precision, height) in MEANINGS.items()
    )


def _preset(name: str, asked: ModelSpec, height: int, image_size: tuple[int, int], tried: Sequence[Trial]) -> Preset:
    try:
        chosen = _choice(asked, tried)
        at_hand = ready(chosen, network_size(*image_size, height)) is not None
        if not at_hand:
            require("converting a model", "torch", "onnx")
    except PosecastError as error:
        return Preset(name, asked, height, error.error, ready=False)
    return Preset(name, chosen, height, None, at_hand)


def _choice(asked: ModelSpec, tried: Sequence[Trial]) -> ModelSpec:
    """The fastest that runs the precision of `asked` here, by its trial where there was one."""
    path = models.resolve(asked.model)
    if inference.file_format(path) != "pth":
        raise PosecastError(
            f"{path.name} has one precision, in which it was made", "choose its backend and size yourself"
        )
    of_precision = [trial for trial in tried if trial.precision == asked.precision]
    refused = {(trial.backend, trial.device): trial.refusal for trial in of_precision if trial.ms is None}
    fastest = (
        replace(asked, backend=trial.backend, device=trial.device) for trial in of_precision if trial.ms is not None
    )
    for choice in chain(fastest, inference.choices(asked, path)):
        if (choice.backend, choice.device) not in refused:
            return choice
    reason = next(filter(None, refused.values()), "does not run here")
    raise PosecastError(f"{asked.precision} {reason}", "choose another precision")
