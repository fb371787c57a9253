"""The `.engine` file: a TensorRT engine after a header that says what it is and where it runs.

A bare serialized engine does not, and one for another GPU or TensorRT fails without a reason, or worse, runs.

    8 bytes   magic
    4 bytes   length of the header, little endian
    header    JSON, the fields of `EngineHeader`
    the rest  the serialized engine
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.errors import PosecastError
from engine.files import cannot_read

MAGIC = b"POSECAST"
_LENGTH = struct.Struct("<I")
_LONGEST_HEADER = 64 * 1024


@dataclass(frozen=True, slots=True)
class EngineHeader:
    """The properties of an engine, and the platform that it was built for."""

    size: tuple[int, int]
    """(height, width) of the input, which is fixed."""
    precision: str
    raw_input: bool
    """Whether it takes pixels 0..255, or (pixel - 128) / 255."""
    gpu: str
    compute_capability: tuple[int, int]
    tensorrt: str
    outputs: tuple[str, ...] = ("features", "heatmaps", "pafs")
    """Names of the outputs; an engine without the 3D head has heatmaps and pafs only."""
    agreement: str | None = None
    """How its people compare with those of PyTorch in fp32, as JSON."""

    @property
    def platform(self) -> str:
        """The platform it runs on, for messages."""
        return platform_name(self.tensorrt, self.gpu, self.compute_capability)


def platform_name(tensorrt: str, gpu: str, compute_capability: tuple[int, int]) -> str:
    major, minor = compute_capability
    return f"TensorRT {tensorrt} on {gpu} (compute capability {major}.{minor})"


def write_engine(path: Path, header: EngineHeader, engine: bytes) -> None:
    text = json.dumps(asdict(header)).encode()
    path.write_bytes(MAGIC + _LENGTH.pack(len(text)) + text + engine)


def read_engine(path: Path) -> tuple[EngineHeader, bytes]:
    """Header and serialized engine; PosecastError for a file of another kind, or a damaged one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise cannot_read(path, error) from error
    if content[: len(MAGIC)] != MAGIC:
        raise PosecastError(
            f"{path} is not an engine made by posecast: it does not say what it takes and where it runs", _HINT
        )
    try:
        (length,) = _LENGTH.unpack_from(content, len(MAGIC))
        start = len(MAGIC) + _LENGTH.size
        values = json.loads(content[start : start + min(length, _LONGEST_HEADER)])
        for name in ("size", "compute_capability", "outputs"):
            if name in values:
                values[name] = tuple(values[name])
        header = EngineHeader(**values)
    except (struct.error, ValueError, TypeError, KeyError, AttributeError) as error:
        raise PosecastError(f"the engine {path} is damaged", _HINT) from error
    return header, content[start + length :]


_HINT = "build one here: posecast convert CHECKPOINT --to tensorrt"
