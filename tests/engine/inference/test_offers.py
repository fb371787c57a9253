"""Devices by the names that users give them, and what is said where there is none."""

from __future__ import annotations

import pytest

from engine.inference.offers import matching, no_precision

DEVICES = ("CPU", "GPU.0", "GPU.1", "cuda:0", "cuda:1")


@pytest.mark.parametrize(
    ("asked", "device"),
    [
        ("cpu", "CPU"),
        ("gpu", "GPU.0"),
        ("GPU.1", "GPU.1"),
        ("cuda", "cuda:0"),
        ("cuda:2", None),
        ("gp", None),
    ],
)
def test_devices_are_found_in_any_case_and_by_the_first_of_several(asked: str, device: str | None) -> None:
    assert matching(DEVICES, asked) == device


def test_the_errors_name_what_there_is() -> None:
    assert no_precision("pytorch", "int8", "cpu", ("fp32",)) == (
        "pytorch does not run int8 on cpu",
        "it runs fp32 there; for int8 use openvino, onnxruntime or tensorrt",
    )
    assert no_precision("openvino", "int8", None, ("fp32",)) == ("openvino does not run int8 here", "it runs fp32")
