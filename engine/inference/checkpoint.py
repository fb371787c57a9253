"""Reads the tensors of a PyTorch checkpoint without running code that the file may contain.

In: an untrusted `.pth` file. Out: {key: dense tensor on the CPU}; the keys are not checked here.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.errors import ModelError
from engine.files import cannot_read

_FORBIDDEN = re.compile(r"GLOBAL (\S+)( was not an allowed global| whose module)")
_TRT_KEYS = {"engine", "input_names", "output_names"}


def read_tensors(path: str | Path) -> dict[str, Tensor]:
    """The state dict of `{"state_dict": {...}}` or a bare one, keys without `module.`; ModelError otherwise."""
    content = _read(Path(path))
    state = content.get("state_dict", content) if isinstance(content, Mapping) else content
    if not isinstance(state, Mapping):
        raise ModelError(f"{path} holds no state dict but a {type(state).__name__}", _HINT)
    if state.keys() >= _TRT_KEYS:
        raise ModelError(f"{path} is a TensorRT engine made by torch2trt", "run it with --backend tensorrt")
    odd = [str(key) for key, value in state.items() if not (isinstance(key, str) and _is_dense(value))]
    if odd:
        more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""
        raise ModelError(f"in {path} these are not plain tensors: {', '.join(odd[:3])}{more}", _HINT)
    tensors = {key.removeprefix("module."): value for key, value in state.items()}
    if len(tensors) != len(state):
        raise ModelError(f"{path} holds the same keys with and without 'module.'", _HINT)
    return tensors


_HINT = "save it with torch.save(network.state_dict(), path)"


def _is_dense(value: Any) -> bool:
    """Whether the tensor is stored in full: expanded views, which repeat memory, can claim any size."""
    if not isinstance(value, Tensor) or value.layout is not torch.strided or value.device.type != "cpu":
        return False
    return value.numel() * value.element_size() <= value.untyped_storage().nbytes()


def _read(path: Path) -> Any:
    if path.is_dir():
        raise ModelError(f"{path} is a folder, not a checkpoint", "name the .pth file")
    try:
        with warnings.catch_warnings():
            # For some files torch prints warnings on stderr before it refuses them; the error is clearer.
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise cannot_read(f"the checkpoint {path}", error) from error
    except Exception as error:
        # The file is not trusted, and torch's parsers raise all kinds of exceptions.
        found = _FORBIDDEN.search(str(error))
        if found:
            raise ModelError(
                f"{path} holds {found[1]!r} where only tensors may be, so it was not loaded",
                "such a file could run code: use a checkpoint that holds tensors only",
            ) from error
        raise ModelError(f"{path} is not a PyTorch checkpoint, or is damaged", "download or export it again") from error
