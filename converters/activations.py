"""What values the tensors of an ONNX model take on real frames, channel by channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from engine import preprocess
from engine.inference import onnxruntime
from engine.inference.signature import input_tensor
from engine.types import Floats, Frame

HEIGHT = 256


def network_input(frame: Frame) -> Floats:
    """(1, 3, h, w) pixels 0..255: where the network's input is normalised, the model does so itself."""
    return input_tensor(preprocess.prepare(frame.image, HEIGHT).image, raw_input=True)


def extremes(model: onnx.ModelProto, names: Sequence[str], frames: Sequence[Frame]) -> Mapping[str, NDArray[Any]]:
    """Tensors of `model` by name, (1, C, h, w) each -> the least and the greatest value in each channel, (2, C)."""
    if not names:
        return {}
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    present = {output.name for output in copy.graph.output}
    copy.graph.output.extend(map(onnx.helper.make_empty_tensor_value_info, (n for n in names if n not in present)))
    library = onnxruntime.runtime()
    session = library.InferenceSession(copy.SerializeToString(), providers=["CPUExecutionProvider"])
    (entry,) = (port.name for port in session.get_inputs())
    found: dict[str, NDArray[Any]] = {}
    for frame in frames:
        for name, value in zip(names, session.run(names, {entry: network_input(frame)}), strict=True):
            here = np.stack((value.min(axis=(0, 2, 3)), value.max(axis=(0, 2, 3))))
            before = found.get(name, here)
            found[name] = np.stack((np.minimum(before[0], here[0]), np.maximum(before[1], here[1])))
    return found
