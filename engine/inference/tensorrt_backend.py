"""Runs a TensorRT engine. Imports torch for device memory, so only `tensorrt.open_model` imports this module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.errors import PosecastError
from engine.inference.signature import check_input, match_outputs
from engine.inference.tensorrt_library import logger, runtime
from engine.types import BackendInfo, Floats, Image, Maps


class TensorRtBackend:
    """An engine on one GPU, with its buffers; takes pictures of one size."""

    def __init__(
        self,
        path: Path,
        serialized: bytes,
        *,
        device: str,
        precision: str,
        raw_input: bool,
        features: bool | None = None,
    ) -> None:
        self.info = BackendInfo("tensorrt", device, precision)
        self.fixed_size: tuple[int, int] | None
        self._raw_input = raw_input
        self._device = torch.device(device)
        with torch.cuda.device(self._device):
            self._engine = _deserialized(serialized, path, device)
            self._context = self._engine.create_execution_context()
            if self._context is None:  # TensorRT prints the reason, which is always lack of memory
                raise PosecastError(f"{device} is out of memory", "close what else uses it")
            self._stream = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
            self._input, self.fixed_size = self._bind_input(path)
            self._outputs: tuple[Tensor | None, Tensor, Tensor] | None = self._bind_outputs(path, features)

    def infer(self, image: Image) -> Maps:
        """(h, w, 3) uint8 BGR of the engine's size -> maps of (h / 8, w / 8)."""
        with torch.cuda.device(self._device), torch.cuda.stream(self._stream):
            # PyTorch accepts neither read-only arrays nor negative strides.
            picture = torch.from_numpy(np.require(image, requirements=["C", "W"])).to(self._device, non_blocking=True)
            self._input.copy_(picture.permute(2, 0, 1)[None])
            if not self._raw_input:
                self._input.sub_(128).mul_(1 / 255)
            if not self._context.execute_async_v3(self._stream.cuda_stream):
                raise PosecastError("TensorRT could not run the engine", "see what it printed above")
            # Copying waits for the stream, and saves the outputs from the next picture, which overwrites the buffers.
            assert self._outputs is not None  # while it is open
            features, heatmaps, pafs = self._outputs
            return Maps(None if features is None else _copied(features), _copied(heatmaps), _copied(pafs))

    def close(self) -> None:
        self._context = self._engine = None
        self._outputs = None

    def _bind_input(self, path: Path) -> tuple[Tensor, tuple[int, int]]:
        names = self._names("INPUT")
        shapes = [tuple(self._engine.get_tensor_shape(name)) for name in names]
        size = check_input(shapes, path)
        if size is None:
            size = tuple(self._engine.get_tensor_profile_shape(names[0], 0)[1])[2:]  # (smallest, best, largest)
        if -1 in shapes[0]:
            self._context.set_input_shape(names[0], (1, 3, *size))
        return self._buffer(names[0], (1, 3, *size)), size

    def _bind_outputs(self, path: Path, features: bool | None) -> tuple[Tensor | None, Tensor, Tensor]:
        names = self._names("OUTPUT")
        shapes = [tuple(self._context.get_tensor_shape(name)) for name in names]
        buffers = [self._buffer(name, shape) for name, shape in zip(names, shapes, strict=True)]
        channels = [shape[1] if len(shape) == 4 else None for shape in shapes]
        place, heatmaps, pafs = match_outputs(list(zip(names, channels, strict=True)), path, features)
        return (None if place is None else buffers[place]), buffers[heatmaps], buffers[pafs]

    def _names(self, mode: str) -> list[str]:
        engine = self._engine
        names = (engine.get_tensor_name(index) for index in range(engine.num_io_tensors))
        return [name for name in names if engine.get_tensor_mode(name) == getattr(runtime().TensorIOMode, mode)]

    def _buffer(self, name: str, shape: tuple[int, ...]) -> Tensor:
        """Device memory for a tensor of the engine's, bound to it."""
        types = {runtime().DataType.FLOAT: torch.float32, runtime().DataType.HALF: torch.float16}
        buffer = torch.empty(shape, dtype=types[self._engine.get_tensor_dtype(name)], device=self._device)
        self._context.set_tensor_address(name, buffer.data_ptr())
        return buffer


def _copied(output: Tensor) -> Floats:
    copy: Floats = output[0].to("cpu", torch.float32, copy=True).numpy()
    return copy


def _deserialized(serialized: bytes, path: Path, device: str) -> Any:
    tensorrt = runtime()
    engine = tensorrt.Runtime(logger()).deserialize_cuda_engine(serialized)
    if engine is None:
        name = torch.cuda.get_device_name(device)
        raise PosecastError(
            f"TensorRT {tensorrt.__version__} on {name} refuses {path}: it was built for another, or is damaged",
            "build it here: posecast convert CHECKPOINT --to tensorrt",
        )
    return engine
