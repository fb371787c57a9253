"""The network as one would run it first: PyTorch, float32, eager, NCHW, batch norms left in.

The baseline that speeds are compared with; the program itself never runs on it. Imports torch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from engine.cores import available_cores
from engine.inference.network import load_checkpoint
from engine.types import Image


def forward(path: Path, image: Image) -> Callable[[], None]:
    """A function that runs the checkpoint `path` on `image`, (h, w, 3) uint8 BGR, once a call.

    The picture is normalised and laid out beforehand, so that only the network itself is timed.
    """
    network = load_checkpoint(path)
    x = ((torch.from_numpy(image).to(torch.float32) - 128) / 255).permute(2, 0, 1)[None].contiguous()
    torch.set_num_threads(available_cores())

    def run() -> None:
        with torch.no_grad():
            network(x)

    return run
