"""The baseline network: plain PyTorch, float32, eager, NCHW, without folded batch norms.

Speeds are compared with it; the program itself never uses it. Imports torch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from engine.cores import available_cores
from engine.inference.network import load_checkpoint
from engine.types import Image


def forward(path: Path, image: Image) -> Callable[[], None]:
    """A function that runs the checkpoint `path` on `image`, (h, w, 3) uint8 BGR, once per call.

    The picture is normalised and laid out in advance, so that only the network itself is timed.
    """
    network = load_checkpoint(path)
    x = ((torch.from_numpy(image).to(torch.float32) - 128) / 255).permute(2, 0, 1)[None].contiguous()
    torch.set_num_threads(available_cores())

    def run() -> None:
        with torch.no_grad():
            network(x)

    return run
