"""Receives streams of LSL in a process of its own: `python lsl_inlet.py SAMPLES NAME…`, JSON on stdout for each."""

from __future__ import annotations

import json
import sys
from typing import Any

import pylsl

WAIT_S = 20.0


def received(name: str, count: int) -> dict[str, Any]:
    """The header of a stream, and some of its samples."""
    (found,) = pylsl.resolve_byprop("name", name, 1, WAIT_S)
    inlet = pylsl.StreamInlet(found)
    header = inlet.info(WAIT_S)
    print(json.dumps({"opened": name}), flush=True)
    samples = [inlet.pull_sample(WAIT_S) for _ in range(count)]
    return {
        "xml": header.as_xml(), "type": header.type(), "rate": header.nominal_srate(),
        "labels": header.get_channel_labels(), "units": header.get_channel_units(),
        "values": [values for values, _ in samples], "stamps": [stamp for _, stamp in samples],
    }  # fmt: skip


if __name__ == "__main__":
    for name in sys.argv[2:]:
        print(json.dumps(received(name, int(sys.argv[1]))), flush=True)
