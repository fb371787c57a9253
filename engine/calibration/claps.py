"""The sound of a video file, as how suddenly it becomes louder: a clap is a peak.

Times are those of the file's pictures: 0 is the first one, wherever the sound begins.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from engine.errors import PosecastError
from engine.geometry import Array

RATE = 1000
"""Values per second."""
_SAMPLES_PER_VALUE = 16
_QUIET = 1e-4
"""Amplitude, of 1, below which nothing is heard."""


def sudden_sounds(path: Path, seconds: float) -> Array:
    """(N,) how much louder each millisecond is than the ones before, from the first picture on.

    PosecastError if the file has no sound.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio or not container.streams.video:
                raise PosecastError(f"{path.name} has no sound", "use --by light or --by people")
            samples, begin = _samples(container, seconds)
    except (av.FFmpegError, OSError) as error:
        raise PosecastError(
            f"cannot read the sound of {path.name}: {error.strerror}", "use --by light or --by people"
        ) from error
    loudness = np.sqrt(np.mean(np.square(samples[: len(samples) // _SAMPLES_PER_VALUE * _SAMPLES_PER_VALUE].reshape(
        -1, _SAMPLES_PER_VALUE)), axis=1))  # fmt: skip
    return _from_zero(_rises(loudness), round(begin * RATE))


def _samples(container: av.container.InputContainer, seconds: float) -> tuple[Array, float]:
    """Mono samples, and the time of the first one after the first picture."""
    sound, picture = container.streams.audio[0], container.streams.video[0]
    resample = av.AudioResampler(format="flt", layout="mono", rate=RATE * _SAMPLES_PER_VALUE)
    first_picture = float((picture.start_time or 0) * picture.time_base) if picture.time_base else 0.0
    parts: list[Array] = []
    begin: float | None = None
    for frame in container.decode(sound):
        begin = frame.time or 0.0 if begin is None else begin
        if (frame.time or 0.0) > first_picture + seconds:
            break
        parts += [np.asarray(each.to_ndarray(), dtype=float).ravel() for each in resample.resample(frame)]
    return np.concatenate(parts) if parts else np.zeros(0), (begin or 0.0) - first_picture


def _rises(loudness: Array) -> Array:
    """How much louder each value is than the mean of the 20 before, in powers; never negative."""
    level = np.log(np.maximum(loudness, _QUIET))
    sums = np.concatenate([np.zeros(1), np.cumsum(level)])
    index = np.arange(len(level))
    start = np.maximum(index - 20, 0)
    before = np.where(index > 0, (sums[index] - sums[start]) / np.maximum(index - start, 1), level)
    return np.asarray(np.maximum(level - before, 0.0) ** 2)


def _from_zero(values: Array, begin: int) -> Array:
    """The same values on a grid that begins at 0."""
    return values[-begin:] if begin < 0 else np.concatenate([np.zeros(begin), values])
