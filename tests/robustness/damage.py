"""Opens damaged model files in a process of its own: `python -m tests.robustness.damage KIND FOLDER COUNT`.

A library that crashes on one takes this process with it, and not the tests. Prints a JSON line: how many were refused,
how many opened, and the number of whatever went wrong otherwise.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import PosecastError
from tests.robustness.mutations import mutated

SIZE = (64, 64)


def open_onnx_with_onnxruntime(folder: Path) -> Any:
    from engine.inference import onnxruntime

    path = folder / "model.onnx"
    return onnxruntime.open_model(path, device="CPU", precision="fp32", size=SIZE, raw_input=None)


def open_with_openvino(name: str) -> Callable[[Path], Any]:
    def open_it(folder: Path) -> Any:
        from engine.inference import openvino

        return openvino.open_model(folder / name, device="CPU", precision="fp32", size=SIZE, raw_input=None)

    return open_it


KINDS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "onnx-onnxruntime": ("model.onnx", open_onnx_with_onnxruntime),
    "onnx-openvino": ("model.onnx", open_with_openvino("model.onnx")),
    "xml": ("model.xml", open_with_openvino("model.xml")),
    "bin": ("model.bin", open_with_openvino("model.xml")),
}


def damaged(whole: bytes, number: int) -> bytes:
    """Cut, for even numbers; else flipped bits, or anything."""
    rng = random.Random(number)
    if number % 2 == 0:
        return whole[: rng.randrange(len(whole))]
    if number % 4 == 1:
        changed = bytearray(whole)
        for _ in range(rng.choice((1, 1, 4, 40))):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        return bytes(changed)
    return mutated([whole], number)


def main(kind: str, folder: Path, count: int) -> None:
    name, open_it = KINDS[kind]
    whole = (folder / name).read_bytes()
    place = folder / f"damaged-{kind}"
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("damaged-*"))
    refused, opened = 0, 0
    for number in range(count):
        (place / name).write_bytes(damaged(whole, number))
        print(number, file=sys.stderr, flush=True)
        try:
            backend = open_it(place)
        except PosecastError as error:
            refusal = str(error)
            assert refusal
            refused += 1
            continue
        opened += 1
        with suppress(Exception):  # a weight may be anything; what counts is that the process lives
            backend.infer(np.zeros((*SIZE, 3), np.uint8))
        backend.close()
    print(json.dumps({"refused": refused, "opened": opened}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
