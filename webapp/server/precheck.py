"""Checks whether the requested source and network are available, in a process of its own.

The check imports libraries that start threads, which the server must not have when it forks. Whatever is slow or
temporary (cameras, streams, a model to be converted) is left to the engine.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine import children
from engine.capture.browser import is_published
from engine.errors import PosecastError
from engine.settings import Settings
from engine.types import ModelSpec

_TIMEOUT = 120
_CHILD = "webapp.server.precheck"
_OUTCOME = "outcome:"


@contextmanager
def checked(settings: Settings) -> Iterator[None]:
    """Run the check beside the block; at its end, PosecastError for errors that the user must correct."""
    if not (_is_file(settings.source) or _is_chosen(settings.model_spec)):
        yield
        return
    with subprocess.Popen(
        children.command(_CHILD), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            _tell(child, settings)
            yield
            output, _ = child.communicate(timeout=_TIMEOUT)
        except subprocess.TimeoutExpired:
            return  # slow is not wrong: the engine will report errors
        finally:
            child.kill()
    _raise_problem(child.returncode, output)


def _tell(child: subprocess.Popen[str], settings: Settings) -> None:
    """Send the settings to the child's stdin, since every user can read arguments, and sources contain passwords."""
    assert child.stdin is not None
    with suppress(BrokenPipeError), child.stdin as given:  # broken if the child has died, which is reported at the end
        given.write(json.dumps(settings.to_json()))
    child.stdin = None


def _raise_problem(status: int, output: str) -> None:
    if status < 0:
        name = signal.Signals(-status).name
        raise PosecastError(
            f"opening the source or the model crashes ({name})", "choose another source, or another model"
        )
    outcome = next((line[len(_OUTCOME) :] for line in output.splitlines() if line.startswith(_OUTCOME)), None)
    problem = json.loads(outcome) if outcome is not None else None
    if problem is not None:
        raise PosecastError(*problem)


def main(settings: Settings) -> None:
    """Print the outcome, for `checked`."""
    problem = None
    try:
        _try(settings)
    except PosecastError as error:
        problem = (error.error, error.hint)
    print(_OUTCOME + json.dumps(problem))


def _try(settings: Settings) -> None:
    if _is_file(settings.source):
        from engine.capture import open_source

        if not _renders(settings.source):
            open_source(settings.source, pixel_aspect=settings.pixel_ratio).close()
    if _is_chosen(settings.model_spec):
        from engine.inference import choose
        from engine.models import resolve

        choose(settings.model_spec, resolve(settings.model))


def _is_file(source: str) -> bool:
    """Whether the source is a file: not a camera, an address, the demo stage or a recording."""
    return (
        source != "demo"
        and not is_published(source)
        and not source.isdecimal()
        and ":" not in source
        and not source.startswith("/dev/")
    )


def _renders(source: str) -> bool:
    """Whether it is a rig with cameras of the demo stage, which may have to be rendered first. The rig is checked."""
    from engine.capture.demo import is_demo
    from engine.rig import is_rig, read_rig

    return is_rig(source) and any(is_demo(camera.source) for camera in read_rig(Path(source).expanduser()).cameras)


def _is_chosen(spec: ModelSpec) -> bool:
    """Whether the user chose a model, backend, device or precision."""
    return (spec.backend, spec.device, spec.precision) != ("auto", "auto", "auto")


if __name__ == "__main__":
    main(Settings().changed(json.load(sys.stdin)))
