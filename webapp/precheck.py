"""Whether a backend, device and precision asked for can run here, found out in a process of its own.

Asking imports the networks' libraries, which start threads; the server forks, and must have none by then.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict

from engine.errors import PosecastError
from engine.types import ModelSpec

_TIMEOUT = 120
_OUTCOME = "outcome:"


def check_choice(spec: ModelSpec) -> None:
    """PosecastError for what cannot run here. Nothing is checked where all is left to the program."""
    if (spec.backend, spec.device, spec.precision) == ("auto", "auto", "auto"):
        return
    command = [sys.executable, "-m", "webapp.precheck", json.dumps(asdict(spec))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return  # slow is not wrong: the engine will tell
    outcome = next((line[len(_OUTCOME) :] for line in done.stdout.splitlines() if line.startswith(_OUTCOME)), None)
    if outcome is None:
        return
    problem = json.loads(outcome)
    if problem is not None:
        raise PosecastError(*problem)


def main(spec: ModelSpec) -> None:
    """Print the outcome of choosing a backend for `spec`."""
    from engine.inference import choose
    from engine.models import resolve

    problem = None
    try:
        choose(spec, resolve(spec.model))
    except PosecastError as error:
        problem = (error.error, error.hint)
    print(_OUTCOME + json.dumps(problem))


if __name__ == "__main__":
    main(ModelSpec(**json.loads(sys.argv[1])))
