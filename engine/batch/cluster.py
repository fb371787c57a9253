"""Finds or starts a Ray cluster, and connects to it: without Ray's usage statistics and without its dashboard."""

from __future__ import annotations

import os
import socket

from engine.batch.job import Workers
from engine.cores import available_cores
from engine.errors import PosecastError, reason

INSTALL = "pip install 'posecast[ray]'"
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # as it will be; Ray warns otherwise
    "OPENBLAS_NUM_THREADS": "1",
}
_STORE_BYTES = 1 << 30
"""Shared memory of a cluster that is started here: two videos' segments, and some."""

_REACHED_S = 5.0
"""Seconds within which a machine answers."""


def check_installed() -> None:
    """PosecastError if Ray is not installed."""
    os.environ.update(_ENVIRONMENT)  # read when Ray is imported, and passed on to what it starts
    try:
        import ray  # noqa: F401
    except ImportError as error:
        raise PosecastError("Ray is not installed", INSTALL) from error


def connect(address: str, device: str) -> Workers:
    """Workers on the cluster at `address`; 'auto': the one that runs on this machine, or this machine alone.

    PosecastError if Ray is not installed, or the cluster cannot be reached.
    """
    if address.startswith("ray://"):
        raise PosecastError(
            f"{address} is the address of Ray's client", "start the batch on a machine of the cluster, with --ray auto"
        )
    check_installed()
    from engine.batch import on_ray

    _start(address)
    return on_ray.RayWorkers(device)


def _start(address: str) -> None:
    import ray

    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if address != "auto":
        _check_reached(address)
    try:
        ray.init(address=address, **quiet)
    except ConnectionError as error:
        if address != "auto":
            raise _unreached(address, error) from error
        os.environ.pop("RAY_ADDRESS", None)
        ray.init(num_cpus=available_cores(), include_dashboard=False, object_store_memory=_STORE_BYTES, **quiet)
    except (ValueError, RuntimeError, OSError) as error:
        raise _unreached(address, error) from error


def _check_reached(address: str) -> None:
    """PosecastError at once where Ray would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise PosecastError(f"{address!r} is not the address of a cluster", "give HOST:PORT, such as 10.0.0.5:6379")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _REACHED_S).close()
    except (OSError, OverflowError) as error:
        raise _unreached(address, error) from error


def _unreached(address: str, error: Exception) -> PosecastError:
    hint = "see whether `ray status` reaches it, and whether its version of Ray is the same"
    return PosecastError(f"cannot connect to Ray at {address}: {reason(error)}", hint)
