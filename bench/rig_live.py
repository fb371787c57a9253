"""A rig live: fused scenes a second and their age, with files that are played in real time. `python -m bench.rig_live`.

    python -m bench.rig_live [RIG] [--seconds 20] [--height-size 256] [--precision int8]

RIG is a rig.toml; without one, the stage from four cameras. `posecast serve` runs as for anybody, and one viewer takes
the scenes, and the pictures as wide as the page's panel.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.viewers import PANEL, wait_until_running
from engine.cores import available_cores
from engine.machine import processor

STAGE = "".join(f'[cameras.{number}]\nsource = "demo:{number}"\n' for number in range(4))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rig", nargs="?", type=Path, help="default: the stage from four cameras")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--height-size", type=int, default=256)
    parser.add_argument("--backend", default="openvino")
    parser.add_argument("--precision", default="int8")
    options = parser.parse_args()
    print(f"{processor()}; load {os.getloadavg()[0]:.1f} for {available_cores()} cores")
    with tempfile.TemporaryDirectory() as folder:
        rig = options.rig or Path(folder) / "rig.toml"
        if options.rig is None:
            rig.write_text(STAGE, encoding="utf-8")
        print(json.dumps(measure(rig, Path(folder), options), indent=2))


def measure(rig: Path, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    settings = folder / "settings.json"
    settings.write_text("{}", encoding="utf-8")
    command = [sys.executable, "-m", "webapp", "serve", "--source", str(rig), "--port", "0", "--no-open"]
    command += ["--config", str(settings), "--backend", options.backend, "--precision", options.precision]
    command += ["--height-size", str(options.height_size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().rstrip("/\n").rpartition(":")[2])
            wait_until_running(port)
            watch = [sys.executable, "-m", "bench.watchers", str(port), "1", str(options.seconds), PANEL]
            got = subprocess.run(watch, stdout=subprocess.PIPE, text=True, check=True).stdout
            return dict(json.loads(got.splitlines()[-1]))
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
