"""Identifies this machine by its processor's name, features and cores, the key of measurements kept on disk."""

from __future__ import annotations

import platform
from pathlib import Path

from engine.cores import available_cores

_CPUINFO = Path("/proc/cpuinfo")
_FEATURES = (
    "avx2",
    "avx512f",
    "avx512_vnni",
    "avx_vnni",
    "avx512_bf16",
    "amx_int8",
    "amx_bf16",
    "asimddp",
    "i8mm",
    "bf16",
)
"""Processor features that decide how fast a precision is."""


_8_BIT_PRODUCTS = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"}
"""Features that sum products of 8-bit numbers in 32 bits."""


def multiplies_8_bit() -> bool:
    """Whether the processor has instructions for 8-bit networks. Those of other x86 processors sum pairs of products
    in 16 bits, which saturate; where flags cannot be read, False."""
    return bool(_8_BIT_PRODUCTS & _flags())


def processor() -> str:
    """Name, relevant features and usable cores: 'AMD EPYC 9B14 (avx2 avx512f avx512_vnni), 2 cores'."""
    fields = _cpuinfo()
    name = fields.get("model name") or platform.processor() or platform.machine()
    features = " ".join(each for each in _FEATURES if each in _flags())
    return f"{name}{f' ({features})' if features else ''}, {available_cores()} cores"


def _flags() -> set[str]:
    fields = _cpuinfo()
    return set((fields.get("flags") or fields.get("Features") or "").split())


def _cpuinfo() -> dict[str, str]:
    """The fields of the first processor in /proc/cpuinfo; empty if there is no such file."""
    try:
        text = _CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n", 1)[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
