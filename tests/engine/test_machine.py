"""What the processor can do is read from its flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import machine


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("model name\t: Fast\nflags\t\t: sse2 avx2 avx512f avx512_vnni", "Fast (avx2 avx512f avx512_vnni), "),
        ("model name\t: avx_vnni\nflags\t\t: sse2", "avx_vnni, "),
        ("model name\t: Arm\nFeatures\t: fp asimd asimddp", "Arm (asimddp), "),
    ],
)
def test_the_processor_is_named_with_its_features(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lines: str, said: str
) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{lines}\n\nprocessor\t: 1\n", encoding="utf-8")
    monkeypatch.setattr(machine, "_CPUINFO", tmp_path / "cpuinfo")
    assert machine.processor().startswith(said)


def test_without_flags_it_still_has_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "_CPUINFO", tmp_path / "missing")
    assert machine.processor()
