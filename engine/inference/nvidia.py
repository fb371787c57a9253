"""Is there an NVIDIA GPU? Asked of the driver itself: importing a framework to find out takes seconds."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


@cache
def gpu_count() -> int:
    """NVIDIA GPUs that this process may use; 0 where there is no driver."""
    try:
        driver = ctypes.CDLL(_LIBRARY)
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return 0
    return count.value
