"""What the documentation tells people to type works, and its links lead somewhere.

Blocks marked `bash` and `python` are run, in order, in a folder with small inputs; those marked `notest` as well (they
need a camera, a network or a long time) are checked as far as that goes without running them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytest

from engine.capture import open_source
from engine.video_writer import VideoWriter
from webapp.cli import main
from webapp.commands.parser import create_parser

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"^([A-Z_]+) \?=", MAKEFILE, re.MULTILINE))
FRAMES = 8

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@dataclass(frozen=True)
class Block:
    language: str
    tested: bool
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    for info, text in re.findall(r"^```(.*?)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        language, *flags = info.split() or [""]
        yield Block(language, "notest" not in flags, text)


def commands(block: Block) -> Iterator[str]:
    """The lines of a shell block, continued ones joined."""
    for line in block.text.replace("\\\n", " ").splitlines():
        if shlex.split(line, comments=True):
            yield line


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def words_of(line: str) -> list[str]:
    """The words of the first command of a line."""
    words = shlex.split(line, comments=True)
    return words[: words.index("|")] if "|" in words else words


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the commands name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "photos").mkdir()
    source = open_source("demo")
    video = VideoWriter(tmp_path / "video.mp4", 30.0)
    for index in range(FRAMES):
        frame = source.read()
        assert frame is not None
        picture = cv2.resize(frame.image, (640, 360))
        video.write(picture, frame.time)
        if index < 2:
            assert cv2.imwrite(str(tmp_path / "photos" / f"{index}.jpg"), picture)
    video.close()
    source.close()
    (tmp_path / "photo.jpg").write_bytes((tmp_path / "photos" / "0.jpg").read_bytes())
    return tmp_path


@pytest.mark.timeout(180)
@each_page
def test_its_blocks_run(page: Path, inputs: Path) -> None:
    for block in blocks(page):
        if block.language == "bash" and block.tested:
            for line in commands(block):
                run(line)
        elif block.language == "python" and block.tested:
            exec(compile(block.text, page.name, "exec"), {})


def run(line: str) -> None:
    program = words_of(line)[0]
    if program == "make":
        return  # what its targets do is tested elsewhere; that they exist, below
    assert program == "posecast", f"mark the block `notest`, or have the test know what {program!r} does"
    if "|" in line:
        done = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    else:
        assert main(words_of(line)[1:]) == 0, line


@each_page
def test_every_command_exists(page: Path) -> None:
    for block in blocks(page):
        assert block.language, "say which language the block is in (text, where it is none)"
        for line in commands(block) if block.language == "bash" else ():
            check(words_of(line))


def check(words: list[str]) -> None:
    if words[0] == "make":
        names = {word.partition("=")[0] for word in words[1:] if "=" in word}
        assert names <= VARIABLES, words
        assert {word for word in words[1:] if "=" not in word} <= TARGETS, words
    elif words[0] == "posecast":
        create_parser().parse_args(words[1:])
    elif words[0] == "curl":
        for path in re.findall(r"http://[^/ ]+(/api/[^\s?]*)", " ".join(words)):
            assert any(re.fullmatch(known, path) for known in api_paths()), path


def api_paths() -> list[str]:
    described: dict[str, Any] = json.loads((ROOT / "webapp/schemas/openapi.json").read_text(encoding="utf-8"))
    return [re.sub(r"\{\w+\}", "[^/]+", path) for path in described["paths"]]


@each_page
def test_what_it_mentions_exists(page: Path) -> None:
    text = prose(page)
    assert not re.search(r"^    (curl|make|posecast|pip) ", text, re.MULTILINE), "fence the block"
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= TARGETS
    for module in re.findall(r"`(?:python )?-m ((?:bench|tests|engine|converters|webapp)[\w.]*)", text):
        path = ROOT / module.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), module
    known = options(create_parser())
    assert set(re.findall(r"`posecast ([a-z]+)", text)) <= known
    assert set(re.findall(r"`(--[a-z-]+)", text)) <= known


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Names of subcommands and options, of those inside, too."""
    found: set[str] = set()
    for action in parser._actions:
        found.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                found |= {name} | options(inner)
    return found


@each_page
def test_its_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)) + re.findall(r'src="([^"]+)"', prose(page)):
        if not link.startswith(("http://", "https://")):
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    """Anchors of headings, made by GitHub's rules."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
