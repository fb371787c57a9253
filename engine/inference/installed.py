"""Finds the versions of installed libraries without importing them."""

from __future__ import annotations

from importlib import metadata


def version_of(*distributions: str) -> str | None:
    """The version of the first of `distributions` that is installed; None if none is."""
    return next(filter(None, map(_version, distributions)), None)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
