"""`posecast doctor`: what works on this machine, and why the rest does not; optionally also a support bundle."""

from __future__ import annotations

import io
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.table import Table

from engine import inference, models
from engine.cores import available_cores
from engine.errors import PosecastError
from engine.files import cache_dir
from engine.loading import choose
from engine.types import ModelSpec
from webapp.commands import bundle
from webapp.commands.bundle import BundleOptions
from webapp.commands.console import Console
from webapp.state.store import default_path


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found on this machine."""

    findings: tuple[tuple[str, str], ...]
    backends: tuple[inference.BackendReport, ...]
    auto: str

    def to_json(self) -> dict[str, Any]:
        return {
            "findings": [{"about": name, "finding": finding} for name, finding in self.findings],
            "backends": [asdict(report) for report in self.backends],
            "auto": self.auto,
        }


def run(console: Console | None = None, bundled: BundleOptions | None = None) -> int:
    """Print the report, and write the archive if asked to; the exit status is always 0."""
    out = console or Console()
    found = _diagnose()
    _show(found, out)
    if bundled is not None:
        text = io.StringIO()
        _show(found, Console(file=text, width=120))
        parts = bundle.write(bundled, text.getvalue(), found.to_json())
        size = bundled.path.stat().st_size / 1000
        out.print(f"{bundled.path}: {size:.0f} kB, {', '.join(parts)}", soft_wrap=True, highlight=False, markup=False)
        out.print("it contains no pictures and no secrets; look at it before you send it", highlight=False)
    return 0


def bundle_options(path: Path, config: Path | None, log: Path | None, url: str | None) -> BundleOptions:
    """The options of the command line; without `config`, the user's own settings file."""
    return BundleOptions(path, config or default_path(), log, url)


def _diagnose() -> Diagnosis:
    return Diagnosis(tuple(_findings()), inference.available(refresh=True), _choice())


def _show(found: Diagnosis, out: Console) -> None:
    for name, finding in found.findings:
        out.print(f"{name:>10}  {finding}", soft_wrap=True, highlight=False, markup=False)
    out.print(_table(found.backends))
    for report in found.backends:
        if report.reason is not None:
            out.print(f"{report.name}: {report.reason}", soft_wrap=True, highlight=False, markup=False)
    out.print(f"auto takes {found.auto}", soft_wrap=True, highlight=False, markup=False)


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
    folder = cache_dir()
    if not folder.exists():
        return f"{folder} (does not exist yet)"
    sizes = []
    for path in folder.rglob("*"):
        with suppress(OSError):  # a running conversion removes files, too
            sizes += [path.stat().st_size] if path.is_file() else []
    writable = "" if os.access(folder, os.W_OK) else ", NOT writable"
    return f"{folder} ({len(sizes)} files, {sum(sizes) / 1e6:.0f} MB{writable})"


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
