"""`import posecast` from anywhere: the names, the story it tells, and no file under two names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import posecast

IMPORT_EVERYTHING = """
import collections, pkgutil, sys
import converters, engine, posecast, webapp
packages = (converters, engine, posecast, webapp)
for package in packages:
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            try:
                __import__(module.name)
            except ModuleNotFoundError as error:  # a wheel without extras
                if error.name not in ("onnx", "ray", "torch"):
                    raise
names = collections.defaultdict(set)
for name, module in list(sys.modules.items()):
    names[getattr(module, "__file__", None)].add(name)
ours = tuple(package.__name__ for package in packages)
print([found for file, found in names.items() if file and len(found) > 1 and any(n.startswith(ours) for n in found)])
print(posecast.__file__)
"""


def test_no_file_is_loaded_under_two_names(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT_EVERYTHING], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    said, file = done.stdout.splitlines()[-2:]
    assert said == "[]"
    assert Path(file) == Path(posecast.__file__)


def test_it_is_typed_and_every_name_is_there() -> None:
    assert Path(posecast.__file__).with_name("py.typed").is_file()
    assert all(hasattr(posecast, name) for name in posecast.__all__)
    assert len(posecast.JOINTS) == 19


def test_the_docstring_tells_how_to_use_it() -> None:
    story = posecast.__doc__
    assert story is not None
    for name in ("infer", "load", "connect"):
        assert f"posecast.{name}(" in story
    for block in story.split("\n\n"):
        if block.startswith("    "):
            compile("\n".join(line[4:] for line in block.splitlines()), "posecast", "exec")


def test_importing_it_loads_neither_torch_nor_the_server(tmp_path: Path) -> None:
    code = "import posecast, sys; print([name for name in ('torch', 'webapp', 'flask') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr[-2000:]
