"""`posecast doctor`: what works on this machine, and why the rest does not."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.table import Table

from engine import inference, models
from engine.cores import available_cores
from engine.errors import PosecastError
from engine.loading import choose
from engine.types import ModelSpec


def run(console: Console | None = None) -> int:
    """Print the report; the exit status is 0, whatever it says."""
    out = console or Console()
    for name, finding in _findings():
        out.print(f"{name:>10}  {finding}", soft_wrap=True, highlight=False, markup=False)
    reports = inference.available(refresh=True)
    out.print(_table(reports))
    for report in reports:
        if report.reason is not None:
            out.print(f"{report.name}: {report.reason}", soft_wrap=True, highlight=False, markup=False)
    out.print(f"auto takes {_choice()}", soft_wrap=True, highlight=False, markup=False)
    return 0


def _findings() -> Iterator[tuple[str, str]]:
    yield "posecast", f"{metadata.version('posecast')} in {Path(__file__).parents[2]}"
    yield "python", f"{platform.python_version()} ({sys.executable})"
    yield "machine", f"{platform.platform()}, {available_cores()} cores for this process"
    yield "native", _said(_native)
    yield "ffmpeg", _said(_video)
    yield "cache", _cache()
    for model in models.catalogue():
        here = model.path.is_file()
        yield "model", f"{model.name}: {model.path if here else f'absent; posecast models download {model.name}'}"


def _said(check: Callable[[], str]) -> str:
    """The finding of `check`, or the reason why there is none."""
    try:
        return check()
    except (ImportError, OSError) as error:
        return f"missing: {error}"


def _native() -> str:
    from engine import _native

    return f"the decoder, {_native.__file__}"


def _video() -> str:
    import av

    libavcodec = ".".join(map(str, av.library_versions["libavcodec"]))
    program = shutil.which("ffmpeg")
    return f"libavcodec {libavcodec} by PyAV {av.__version__}; the program: {program or 'not installed, not needed'}"


def _cache() -> str:
    folder = models.cache_dir()
    if not folder.exists():
        return f"{folder} (not there yet)"
    files = [path for path in folder.rglob("*") if path.is_file()]
    writable = "" if os.access(folder, os.W_OK) else ", NOT writable"
    return f"{folder} ({len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.0f} MB{writable})"


def _table(reports: tuple[inference.BackendReport, ...]) -> Table:
    table = Table("backend", "available", "version", "devices", "precisions")
    for report in reports:
        available = "yes" if report.available else "no"
        row = (report.name, available, report.version or "-", _list(report.devices), _list(report.precisions))
        table.add_row(*row)
    return table


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "-"


def _choice() -> str:
    """What `auto` means here, in words."""
    try:
        chosen = choose(ModelSpec())
    except PosecastError as error:
        return f"nothing: {error}"
    return f"{chosen.backend} on {chosen.device} in {chosen.precision}"
