"""Makes what ships with the program beside the checkpoints: `python -m converters.assets`, or `make assets`.

The demo stage's clip, the bundled checkpoint in INT8 without its 3D head, for OpenVINO and for ONNX Runtime, and the
people that PyTorch in fp32 finds in three frames of the stage. The models are judged like every conversion, and
nothing is replaced where one does not pass.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from engine import models, preprocess, trials
from engine.capture.stage import IMAGE_SIZE
from engine.capture.stage import __main__ as stage
from engine.files import whole_file
from engine.inference import adapter
from engine.models.job import Job, run
from engine.models.shipped import DEVICE, FILES


def main() -> None:
    stage.main()
    with tempfile.TemporaryDirectory(prefix="posecast-") as folder:
        for made in _quantised(Path(folder)):
            target = models.resolve("bundled").with_name(made.name)
            with whole_file(target) as temporary:
                shutil.copyfile(made, temporary)
            print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")
    _record_people()
    print(f"{trials.RECORDED}: the people of {len(trials.FRAMES)} frames")


def _quantised(folder: Path) -> list[Path]:
    """The bundled checkpoint in INT8, written to `folder`: the files of every backend that takes it."""
    checkpoint = models.resolve("bundled")
    source = folder / "fp32.onnx"
    run(Job("onnx", checkpoint, source, features=False), _quiet)
    for backend, name in FILES.items():
        job = Job(
            f"int8-{backend}", source, folder / name, "int8",
            features=False, device=DEVICE, checkpoint=checkpoint,
        )  # fmt: skip
        verdict = run(job, _quiet)
        print(f"{name}: people {verdict['people']:.3f}, OKS {verdict['oks']:.3f} on {verdict['frames']} frames")
    source.unlink()
    return sorted(folder.iterdir())


def _record_people() -> None:
    width, height = IMAGE_SIZE
    size = preprocess.network_size(width, height, trials.HEIGHT)
    reference = adapter("pytorch").open_model(
        models.resolve("bundled"), device="cpu", precision="fp32", size=size, raw_input=None, features=False
    )
    with closing(reference), whole_file(trials.RECORDED) as temporary:
        temporary.write_text(json.dumps(trials.recorded_people(reference)) + "\n", encoding="utf-8")


def _quiet(step: str, fraction: float | None, message: str) -> None:
    """Progress is not shown: all of it takes a few minutes."""


if __name__ == "__main__":
    main()
