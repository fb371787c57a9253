"""What the processor can do is read from its flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import machine


@pytest.mark.parametrize(
    ("line", "can"),
    [
        ("flags\t\t: sse2 avx2 avx512f", False),
        ("flags\t\t: avx2 avx512f avx512_vnni", True),
        ("flags\t\t: avx2 avx_vnni", True),
        ("Features\t: fp asimd asimddp", True),
        ("model name\t: avx_vnni", False),
    ],
)
def test_instructions_for_8_bit_networks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, can: bool) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{line}\n\nprocessor\t: 1\n", encoding="utf-8")
    monkeypatch.setattr(machine, "_CPUINFO", tmp_path / "cpuinfo")
    assert machine.multiplies_8_bit() is can


def test_without_flags_nothing_is_promised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "_CPUINFO", tmp_path / "missing")
    assert not machine.multiplies_8_bit()
    assert machine.processor()
