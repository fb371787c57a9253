"""Finds the versions of installed libraries without importing them."""

from __future__ import annotations

from importlib import metadata

from engine.errors import PosecastError

INSTALL_PYTORCH = "pip install 'posecast[pytorch]'"
"""Brings torch and onnx, which ready models do not need."""


def version_of(*distributions: str) -> str | None:
    """The version of the first of `distributions` that is installed; None if none is."""
    return next(filter(None, map(_version, distributions)), None)


def require(purpose: str, *packages: str) -> None:
    """PosecastError where one of `packages`, of torch and onnx, is missing, saying that `purpose` needs it."""
    for package in packages:
        if version_of(package) is None:
            raise PosecastError(f"{purpose} needs the package {package}, which is not installed", INSTALL_PYTORCH)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
