"""The network as a PyTorch module, and the strict loading of its checkpoints.

Lightweight 3D pose estimation: a dilated MobileNet, a stage that estimates heatmaps and PAFs, one that refines
them, and a head that reads 3D coordinates from all of it. The names of the submodules are those of the published
checkpoints, whose keys they spell; rename nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.errors import ModelError
from engine.inference.checkpoint import read_tensors
from engine.inference.signature import no_features

HEATMAPS, PAFS, FEATURES = 19, 38, 57
CONTEXT = 128
"""Number of channels between the stages."""
_JOINED = CONTEXT + HEATMAPS + PAFS

_HEAD = "Pose3D."
"""Prefix of the keys of the 3D head, which checkpoints of the 2D network of this family do not have."""
_EXPORT_LEFTOVERS = ("fake_conv_heatmaps.weight", "fake_conv_pafs.weight")
"""Additional keys that published checkpoints may have; ignored if all zero."""
_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
_COUNTS = (torch.int64, torch.int32)
_NAMED = 3
"""Maximum number of keys that an error names per problem; the rest is counted."""


def _conv(
    inputs: int,
    outputs: int,
    kernel: int = 3,
    *,
    stride: int = 1,
    dilation: int = 1,
    bias: bool = True,
    bn: bool = False,
    relu: bool = True,
) -> nn.Sequential:
    padding = kernel // 2 * dilation
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=bias)]
    if bn:
        layers.append(nn.BatchNorm2d(outputs))
    if relu:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


def _depthwise(inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, dilation, dilation, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _depthwise_elu(channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
        nn.ELU(inplace=True),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.ELU(inplace=True),
    )


def _head(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(_conv(inputs, hidden, 1), _conv(hidden, outputs, 1, relu=False))


def _backbone() -> nn.Sequential:
    return nn.Sequential(
        _conv(3, 32, stride=2, bias=False, bn=True),
        _depthwise(32, 64),
        _depthwise(64, 128, stride=2),
        _depthwise(128, 128),
        _depthwise(128, 256, stride=2),
        _depthwise(256, 256),
        _depthwise(256, 512),
        _depthwise(512, 512, dilation=2),
        *(_depthwise(512, 512) for _ in range(4)),
    )


class _Context(nn.Module):
    """(N, 512, h, w) -> (N, 128, h, w)"""

    def __init__(self) -> None:
        super().__init__()
        self.align = _conv(512, CONTEXT, 1)
        self.trunk = nn.Sequential(*(_depthwise_elu(CONTEXT) for _ in range(3)))
        self.conv = _conv(CONTEXT, CONTEXT)

    def forward(self, x: Tensor) -> Tensor:
        aligned = self.align(x)
        return self.conv(aligned + self.trunk(aligned))  # type: ignore[no-any-return]


class _MapStage(nn.Module):
    """(N, C, h, w) -> heatmaps (N, 19, h, w), pafs (N, 38, h, w)"""

    def __init__(self, trunk: nn.Sequential, hidden: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.heatmaps = _head(CONTEXT, hidden, HEATMAPS)
        self.pafs = _head(CONTEXT, hidden, PAFS)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        trunk = self.trunk(x)
        return self.heatmaps(trunk), self.pafs(trunk)


class _RefinementBlock(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.initial = _conv(inputs, CONTEXT, 1)
        self.trunk = nn.Sequential(_conv(CONTEXT, CONTEXT, bn=True), _conv(CONTEXT, CONTEXT, dilation=2, bn=True))

    def forward(self, x: Tensor) -> Tensor:
        initial: Tensor = self.initial(x)
        return initial + self.trunk(initial)  # type: ignore[no-any-return]


class _ResidualBlock(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        narrow = inputs // 2
        self.bottleneck = nn.Sequential(
            _conv(inputs, narrow, 1, bn=True), _conv(narrow, narrow, bn=True), _conv(narrow, CONTEXT, 1, bn=True)
        )
        self.align = _conv(inputs, CONTEXT, 1, bn=True) if inputs != CONTEXT else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.align(x) + self.bottleneck(x)  # type: ignore[no-any-return]


class _Prediction(nn.Module):
    """(N, 128, h, w) -> features (N, 57, h, w)"""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(_RefinementBlock(CONTEXT), _RefinementBlock(CONTEXT))
        self.feature_maps = _head(CONTEXT, CONTEXT, FEATURES)

    def forward(self, x: Tensor) -> Tensor:
        return self.feature_maps(self.trunk(x))  # type: ignore[no-any-return]


class _Lifting(nn.Module):
    """(N, 185, h, w) -> features (N, 57, h, w)"""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(_ResidualBlock(_JOINED), *(_ResidualBlock(CONTEXT) for _ in range(4)))
        self.prediction = _Prediction()

    def forward(self, x: Tensor) -> Tensor:
        return self.prediction(self.stem(x))  # type: ignore[no-any-return]


class PoseNetwork(nn.Module):
    """The network: from a picture to maps at an eighth of its size."""

    def __init__(self, features: bool = True) -> None:
        """`features`: whether it has the head for 3D coordinates."""
        super().__init__()
        self.model = _backbone()
        self.cpm = _Context()
        self.initial_stage = _MapStage(nn.Sequential(*(_conv(CONTEXT, CONTEXT) for _ in range(3))), hidden=512)
        refinement = nn.Sequential(_RefinementBlock(_JOINED), *(_RefinementBlock(CONTEXT) for _ in range(4)))
        self.refinement_stages = nn.ModuleList([_MapStage(refinement, hidden=CONTEXT)])
        self.Pose3D = _Lifting() if features else None

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """(N, 3, H, W) BGR, (pixel - 128) / 255 -> features, heatmaps, pafs: (N, 57 | 19 | 38, H / 8, W / 8).

        Without the 3D head, heatmaps and pafs only.
        """
        context = self.cpm(self.model(x))
        heatmaps, pafs = self.initial_stage(context)
        for stage in self.refinement_stages:
            heatmaps, pafs = stage(torch.cat((context, heatmaps, pafs), dim=1))
        if self.Pose3D is None:
            return heatmaps, pafs
        return self.Pose3D(torch.cat((context, heatmaps, pafs), dim=1)), heatmaps, pafs


def load_checkpoint(path: str | Path, features: bool | None = None) -> PoseNetwork:
    """The network with the weights of a `.pth` file, float32 on the CPU, in eval mode.

    `features`: whether the 3D head is needed (True), is to be left out (False), or comes along where the file has one.
    The file's keys and shapes must be the network's own, whatever float type they are stored in; ModelError,
    naming what does not fit, otherwise.
    """
    tensors = read_tensors(path)
    for leftover in _EXPORT_LEFTOVERS:
        if leftover in tensors and not tensors[leftover].any():
            del tensors[leftover]
    has_head = any(key.startswith(_HEAD) for key in tensors)
    if features is False:
        tensors = {key: value for key, value in tensors.items() if not key.startswith(_HEAD)}
    network = PoseNetwork(features=has_head and features is not False)
    expected = network.state_dict()
    problems = _misfits(tensors, expected)
    if problems:
        raise ModelError(
            f"the checkpoint {path} does not fit the network: {'; '.join(problems)}",
            "use a checkpoint of human-pose-estimation-3d, or 'bundled'",
        )
    if features and not has_head:
        raise no_features(Path(path))
    network.load_state_dict({**expected, **tensors})
    return network.eval()


def _misfits(tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> list[str]:
    """The differences of `tensors` from the network's, one phrase per kind; empty if they fit."""
    shared = [key for key in expected if key in tensors]
    shaped = [key for key in shared if tensors[key].shape == expected[key].shape]
    typed = [key for key in shaped if tensors[key].dtype in (_COUNTS if _is_counter(key) else _FLOATS)]
    kinds = {
        "missing": [key for key in expected if key not in tensors and not _is_counter(key)],
        "unknown": [key for key in tensors if key not in expected],
        "of the wrong shape": [
            f"{key} is {tuple(tensors[key].shape)}, not {tuple(expected[key].shape)}"
            for key in shared
            if key not in shaped
        ],
        "of the wrong type": [f"{key} is {tensors[key].dtype}" for key in shaped if key not in typed],
        "not finite": [key for key in typed if not tensors[key].float().isfinite().all()],
    }
    return [_counted(keys, kind) for kind, keys in kinds.items() if keys]


def _is_counter(key: str) -> bool:
    """Whether the key is a counter of training batches: not needed here, and absent from old checkpoints."""
    return key.endswith(".num_batches_tracked")


def _counted(keys: list[str], kind: str) -> str:
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"{len(keys)} {kind} ({', '.join(keys[:_NAMED])}{more})"
