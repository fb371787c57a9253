"""Counts NVIDIA GPUs by asking the driver: importing a framework for that takes seconds."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


@cache
def gpu_count() -> int:
    """Number of NVIDIA GPUs that this process may use; 0 without a driver."""
    try:
        driver = ctypes.CDLL(_LIBRARY)
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return 0
    return count.value
