"""The decoder under sanitizers, fed with maps of any size and values: a few seconds of random ones, and libFuzzer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[2] / "native"
FLAGS = ["-std=c++17", "-g", "-O1", "-ffp-contract=off", "-fno-sanitize-recover=all", "-D_GLIBCXX_ASSERTIONS"]
SANITIZERS = "address,undefined"
SECONDS, LONG_SECONDS, SEED = 2, 180, 20261124
CXX = next((found for name in ("g++", "c++", "clang++") if (found := shutil.which(name))), None)
CLANG = shutil.which("clang++")


def build(compiler: str, folder: Path, sanitizers: str, *names: str) -> Path:
    """The decoder and `names` of native/fuzz in one program, everything in it watched."""
    sources = [path for path in sorted((NATIVE / "src").glob("*.cpp")) if path.name != "bindings.cpp"]
    sources += [NATIVE / "fuzz" / name for name in names]
    program = folder / "decoder_fuzz"
    command = [compiler, *FLAGS, f"-fsanitize={sanitizers}", f"-I{NATIVE / 'src'}"]
    halves = [
        subprocess.Popen([*command, "-c", *map(str, half)], cwd=folder, stderr=subprocess.PIPE, text=True)
        for half in (sources[::2], sources[1::2])
    ]
    said = [half.communicate()[1] for half in halves]
    assert [half.returncode for half in halves] == [0, 0], said
    linked = [*command, *map(str, folder.glob("*.o")), "-o", str(program)]
    built = subprocess.run(linked, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return program


def run(program: Path, *arguments: str, timeout: float) -> str:
    """What it printed; a finding of a sanitizer, or a broken law, ends it with another status than 0."""
    ended = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=timeout, cwd=program.parent, check=False
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if CXX is None:
        pytest.skip("there is no C++ compiler here")
    return build(CXX, tmp_path_factory.mktemp("fuzz"), SANITIZERS, "target.cpp", "driver.cpp")


def test_random_maps_do_no_harm(driver: Path) -> None:
    said = run(driver, str(SECONDS), str(SEED), timeout=60)
    found = re.search(r"(\d+) inputs", said)
    assert found
    assert int(found[1]) > 10


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x05",  # no rows
        b"\x14\x01\x00\x03\x03",  # one column of NaN, infinities and the largest numbers
        b"\x14\x14\xff\x01\x01" + bytes(range(256)),
        b"\x01\x01\x80\x00\x00\x00\x00\xc0\x7f",
    ],
)
def test_odd_maps_do_no_harm(driver: Path, data: bytes) -> None:
    path = driver.parent / "odd"
    path.write_bytes(data)
    assert "1 inputs" in run(driver, str(path), timeout=60)


def test_the_sanitizers_are_awake(tmp_path: Path) -> None:
    """Without them the tests above would prove little."""
    if CXX is None:
        pytest.skip("there is no C++ compiler here")
    source, program = tmp_path / "bad.cpp", tmp_path / "bad"
    source.write_text("#include <vector>\nint main(int n, char**) { std::vector<int> v(4); return v.data()[n + 3]; }\n")
    subprocess.run([CXX, *FLAGS, f"-fsanitize={SANITIZERS}", str(source), "-o", str(program)], check=True)
    ended = subprocess.run([program], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "heap-buffer-overflow" in ended.stderr


@pytest.mark.long
@pytest.mark.timeout(LONG_SECONDS + 240)
def test_libfuzzer_finds_nothing(tmp_path: Path) -> None:
    if CLANG is None:
        pytest.skip("clang++ is not installed: libFuzzer is a part of it")
    program = build(CLANG, tmp_path, f"fuzzer,{SANITIZERS}", "target.cpp")
    seconds = os.environ.get("POSECAST_FUZZ_SECONDS", str(LONG_SECONDS))
    said = run(
        program, f"-max_total_time={seconds}", f"-seed={SEED}", "-max_len=4096", "-print_final_stats=1",
        timeout=float(seconds) + 120,
    )  # fmt: skip
    executed = re.search(r"number_of_executed_units:\s*(\d+)", said)
    assert executed
    assert int(executed[1]) > 100
