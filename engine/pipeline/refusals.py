"""The errors that refuse a switch before it begins, and the check that raises them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.errors import PosecastError
from engine.inference.offers import matching, no_device, no_precision


class UnknownBackend(PosecastError):  # noqa: N818
    """There is no backend of this name."""


class BackendUnavailable(PosecastError):  # noqa: N818
    """The backend, or its device or precision, cannot be used on this machine."""


class SwitchInProgress(PosecastError):  # noqa: N818
    """Another switch is still running."""


class NothingToCancel(PosecastError):  # noqa: N818
    """No switch that the user asked for is under way."""


class Report(Protocol):
    """The availability of a backend on this machine."""

    @property
    def name(self) -> str: ...
    @property
    def available(self) -> bool: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def devices(self) -> Sequence[str]: ...
    @property
    def precisions(self) -> Sequence[str]: ...


def check_backend(reports: Sequence[Report], name: str, device: str, precision: str) -> None:
    """Raise `UnknownBackend` or `BackendUnavailable` if the choice cannot run here; 'auto' is always accepted."""
    if name == "auto":
        return
    report = next((report for report in reports if report.name == name), None)
    if report is None:
        names = ", ".join(report.name for report in reports)
        raise UnknownBackend(f"there is no backend {name!r}", f"backends are: {names}")
    if not report.available:
        raise BackendUnavailable(f"{name} is not available: {report.reason}", "`posecast doctor` lists what is")
    if device != "auto" and matching(report.devices, device) is None:
        raise BackendUnavailable(*no_device(name, device, report.devices))
    if precision != "auto" and precision not in report.precisions:
        raise BackendUnavailable(*no_precision(name, precision, None, report.precisions))
