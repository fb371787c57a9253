"""The three presets as the page shows them: what they stand for here, and how long the network would take.

A time is one that was measured with these frames at that height, else one that is scaled by the number of pixels: from
the same network at another height, or from its trial, if need be corrected by what runs now. Otherwise there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.loading import recorded_trials
from engine.pipeline import EngineState
from engine.preprocess import network_size
from engine.presets import Preset, presets
from engine.trials import HEIGHT, SIZE, Trial
from engine.wire import Wire
from webapp.monitoring.backend_timings import Measured
from webapp.recording.recordings import RECORDING

_DEFAULT_IMAGE = (1280, 720)
"""Before the first frame."""


def describe_presets(state: EngineState, measured: Measured) -> list[Wire]:
    """For `GET /api/backends`."""
    image_size = state.camera.image_size if state.camera else _DEFAULT_IMAGE
    model = state.settings.model_spec
    tried = recorded_trials(model)
    known = {**_running_now(state), **measured}
    return [_describe(preset, image_size, known, tried) for preset in presets(model, image_size)]


def _running_now(state: EngineState) -> Measured:
    """The time of the running network before `Costs` has enough of its frames; nothing of a replay."""
    info, ms = state.backend, state.stats.stage_ms.get("infer")
    if info is None or ms is None or state.source.startswith(RECORDING):
        return {}
    return {(info.name, info.device, info.precision, state.settings.height_size): ms}


def _describe(preset: Preset, image_size: tuple[int, int], measured: Measured, tried: Sequence[Trial]) -> Wire:
    key = (preset.spec.backend, preset.spec.device, preset.spec.precision)
    exact = measured.get((*key, preset.height))
    expected = exact if exact is not None else _expected_ms(key, preset.height, image_size, measured, tried)
    return {
        "name": preset.name,
        "settings": {
            "backend": preset.spec.backend,
            "device": preset.spec.device,
            "precision": preset.spec.precision,
            "height_size": preset.height,
        },
        "available": preset.reason is None,
        "reason": preset.reason,
        "ready": preset.ready,
        "expected_ms": None if expected is None or preset.reason is not None else round(expected, 1),
        "measured": exact is not None,
    }


def _expected_ms(
    key: tuple[str, str, str], height: int, image_size: tuple[int, int], measured: Measured, tried: Sequence[Trial]
) -> float | None:
    pixels = math.prod(network_size(*image_size, height))
    same = {at: ms for (*other, at), ms in measured.items() if tuple(other) == key}
    if same:
        nearest = min(same, key=lambda at: abs(at - height))
        return same[nearest] * pixels / math.prod(network_size(*image_size, nearest))
    in_trial = {(trial.backend, trial.device, trial.precision): trial.ms for trial in tried if trial.ms is not None}
    if key not in in_trial:
        return None
    return in_trial[key] * pixels / math.prod(SIZE) * _slower_now(measured, in_trial)


def _slower_now(measured: Measured, in_trial: dict[tuple[str, str, str], float]) -> float:
    """How many times longer the network takes than in its trial, since other programs run, too."""
    ratios = [ms / in_trial[key[:3]] for key, ms in measured.items() if key[3] == HEIGHT and key[:3] in in_trial]
    return ratios[-1] if ratios else 1.0
