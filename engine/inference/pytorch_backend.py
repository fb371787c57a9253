"""Runs the PyTorch network on pictures. Imports torch, so only `pytorch.open_model` imports this module.

Pictures of one size are copied into a buffer, sent to the device as bytes, and normalised there; the three maps of
each come back as one array. On CUDA all of this is recorded once per size and number of pictures as a CUDA graph: the
network is some 150 small kernels, and launching them one by one takes longer than computing them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.cores import available_cores
from engine.errors import PosecastError
from engine.inference.network import HEATMAPS, PAFS, load_checkpoint
from engine.inference.per_size import PerSize
from engine.types import BackendInfo, Floats, Image, Maps

_TYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
_WARM_UPS = 3
"""Number of runs before a CUDA graph is recorded: in the first ones, libraries choose algorithms and allocate."""

Run = Callable[[Tensor], Tensor]
"""(n, h, w, 3) uint8 BGR on the device -> features, heatmaps and pafs stacked, (n, 114, h / 8, w / 8) float32 on the
device; 57 channels without features."""


class PyTorchBackend:
    """A checkpoint on one device in one precision, both of which this machine supports."""

    fixed_size: tuple[int, int] | None = None

    def __init__(
        self, path: Path, *, device: str, precision: str, raw_input: bool, features: bool | None = None
    ) -> None:
        self.info = BackendInfo("pytorch", device, precision)
        self._device = torch.device(device)
        network = without_batch_norms(load_checkpoint(path, features))
        with _out_of_memory_reported(device):
            self._network: nn.Module | None = network.to(self._device, _TYPES[precision]).to(
                memory_format=_layout(self._device)  # type: ignore[call-overload]
            )
        self._raw_input = raw_input
        # If set, OMP_NUM_THREADS decides; otherwise OpenMP would ignore the CPU limit of a container.
        self._threads = None if "OMP_NUM_THREADS" in os.environ else available_cores()
        self._sizes: PerSize[tuple[int, ...], _Buffered | _Recorded] = PerSize(self._for_size)

    def prepare(self, size: tuple[int, int]) -> None:
        """Prepare for pictures of (height, width) now, rather than at the first one."""
        with self._on_device():
            self._sizes.get((1, *size))

    def infer(self, image: Image) -> Maps:
        """(h, w, 3) uint8 BGR -> maps of (h / 8, w / 8)."""
        return self.infer_batch([image])[0]

    def infer_batch(self, images: Sequence[Image]) -> list[Maps]:
        """The same for pictures of one size, in one run."""
        height, width = images[0].shape[:2]
        with self._on_device():
            stacked = self._sizes.get((len(images), height, width))(images).numpy()
        return [_maps(one) for one in stacked]

    def close(self) -> None:
        """Free the memory; the backend cannot be used afterwards."""
        self._sizes.clear()
        self._network = None
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    @contextmanager
    def _on_device(self) -> Iterator[None]:
        """Set device, threads and inference mode, which are per thread, since `infer` may be called from any thread."""
        if self._threads is not None and torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)
        if self._device.type == "cuda":
            torch.cuda.set_device(self._device)
        with torch.inference_mode(), _out_of_memory_reported(self.info.device):
            yield

    def _for_size(self, size: tuple[int, ...]) -> _Buffered | _Recorded:
        return (_Recorded if self._device.type == "cuda" else _Buffered)(self._run, size, self._device)

    def _run(self, pixels: Tensor) -> Tensor:
        if self._network is None:
            raise RuntimeError("the backend is closed")
        x = pixels.permute(0, 3, 1, 2).to(_TYPES[self.info.precision], memory_format=_layout(self._device))
        if not self._raw_input:
            x = (x - 128) / 255
        maps = torch.cat(self._network(x), dim=1)
        return maps.to(torch.float32, memory_format=torch.contiguous_format)


class _Buffered:
    """Runs the network on a number of pictures of one size."""

    def __init__(self, run: Run, size: tuple[int, ...], device: torch.device) -> None:
        self._run, self._device = run, device
        self._pixels = torch.empty((*size, 3), dtype=torch.uint8)

    def __call__(self, images: Sequence[Image]) -> Tensor:
        np.stack(images, out=self._pixels.numpy())
        return self._run(self._pixels.to(self._device)).cpu()


class _Recorded:
    """Replays the network on a number of pictures of one size, on CUDA."""

    def __init__(self, run: Run, size: tuple[int, ...], device: torch.device) -> None:
        self._staged = torch.empty((*size, 3), dtype=torch.uint8, pin_memory=True)
        self._pixels = torch.zeros((*size, 3), dtype=torch.uint8, device=device)
        self._graph = torch.cuda.CUDAGraph()
        stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        # fp32 must mean float32: by default, cuDNN rounds factors to the 10 bits of TF32.
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            stream.wait_stream(torch.cuda.current_stream(device))
            with torch.cuda.stream(stream):
                for _ in range(_WARM_UPS):
                    run(self._pixels)
            torch.cuda.current_stream(device).wait_stream(stream)
            # thread_local: another backend may be running in another thread.
            with torch.cuda.graph(self._graph, stream=stream, capture_error_mode="thread_local"):
                self._maps = run(self._pixels)

    def __call__(self, images: Sequence[Image]) -> Tensor:
        np.stack(images, out=self._staged.numpy())
        self._pixels.copy_(self._staged, non_blocking=True)
        self._graph.replay()
        return self._maps.cpu()


def _maps(stacked: Floats) -> Maps:
    features, heatmaps, pafs = np.split(stacked, (-PAFS - HEATMAPS, -PAFS))
    return Maps(features if len(features) else None, heatmaps, pafs)


def without_batch_norms(module: nn.Module) -> nn.Module:
    """`module` with every batch norm folded into the convolution before it: the same maps in 10 % less time."""
    for name, child in module.named_children():
        setattr(module, name, without_batch_norms(child))
    if not isinstance(module, nn.Sequential):
        return module
    layers: list[nn.Module] = []
    for layer in module:
        if isinstance(layer, nn.BatchNorm2d):
            layers[-1] = fuse_conv_bn_eval(layers[-1], layer)  # type: ignore[type-var]
        else:
            layers.append(layer)
    return nn.Sequential(*layers)


def _layout(device: torch.device) -> torch.memory_format:
    """Channels last, the layout of pictures, which is fast on CPUs and tensor cores; contiguous on Metal."""
    return torch.contiguous_format if device.type == "mps" else torch.channels_last


@contextmanager
def _out_of_memory_reported(device: str) -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise PosecastError(
            f"{device} is out of memory", "close what else uses it, or choose a smaller --height-size"
        ) from error
