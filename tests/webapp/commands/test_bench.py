"""`posecast bench`: the JSON others rely on, with figures that can be true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.bench import measure_baseline
from engine.settings import Settings
from webapp.cli import main
from webapp.commands import bench
from webapp.commands.bench import BenchOptions, run


@pytest.mark.timeout(240)  # three processes load PyTorch, one after the other
def test_one_backend_is_measured_and_compared(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twice, and a child that imports PyTorch takes seconds; the cases themselves have theirs here too.
    monkeypatch.setattr(bench, "measure_baseline_in_child", measure_baseline)
    path = tmp_path / "results.json"
    settings = Settings(height_size=128, precision="fp32")
    assert run(BenchOptions(settings, ("openvino",), seconds=1, json=path, agreement_frames=4, truth_frames=12)) == 0
    report = json.loads(path.read_text(encoding="utf-8"))
    assert report["source"] == "demo"
    assert report["image_size"] == [1280, 720]
    assert report["network_size"] == [128, 232]
    assert set(report["machine"]) == {"cpu", "cores", "python", "posecast"}
    assert 0 < report["baseline"]["network_ms"]["p50"] <= report["baseline"]["network_ms"]["p95"]
    (result,) = report["results"]
    assert (result["backend"], result["device"], result["precision"]) == ("openvino", "CPU", "fp32")
    assert 0 < result["network_ms"]["p50"] <= result["network_ms"]["p95"]
    assert result["pipeline_fps"] > 0
    assert {"capture", "preprocess", "infer", "decode", "lift", "fit", "track"} <= set(result["stages_ms"])
    assert result["peak_rss_mb"] > 50
    assert result["agreement"]["people"] >= 0.99, "fp32 is fp32"
    assert result["agreement"]["oks"] >= 0.99
    assert result["agreement"]["mm"] < 5
    assert result["truth"]["found"] > 0.5
    assert 30 < result["truth"]["mpjpe_mm"] < 400
    assert [(entry["model"], entry["body"], entry["step"], entry["frames"]) for entry in report["truth"]] == [
        ("bundled", "maps", "single frames", 12),
        ("bundled", "keypoints", "single frames", 12),
        ("bundled", "keypoints", "fit", 12),
        ("bundled", "keypoints", "fit and floor", 12),
    ]
    for entry in report["truth"]:
        assert entry["found"] > 0.3
        assert 30 < entry["mpjpe_mm"] < 400
        assert entry["absolute_mm"] > entry["mpjpe_mm"] / 2
        assert abs(entry["depth_percent"]) < 30
        assert 0 < entry["jitter_m_s2"] < entry["unsmoothed_jitter_m_s2"]
        assert 1 < entry["angles_deg"]["left_knee_flexion"] < 60
    printed = capfd.readouterr().out
    assert "openvino" in printed
    assert "keypoints" in printed
    assert "Left knee flexion" in printed


def test_what_cannot_be_measured_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "results.json"
    assert main(["bench", str(tmp_path / "missing.mp4"), "--seconds", "1", "--json", str(path)]) == 2
    assert main(["bench", "demo", "--backends", "abacus"]) == 2
    for option in ("--backend", "--backends"):
        assert main(["bench", "demo", option, "tensorrt"]) == 2, "there is none here"
    assert "Traceback" not in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_results_do_not_overwrite_inputs_or_one_another(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(b"precious")
    assert main(["bench", str(video), "--json", str(video)]) == 2
    assert "is an input" in capfd.readouterr().err
    assert main(["bench", "--json", str(tmp_path / "a.html"), "--chart", str(tmp_path / "a.html")]) == 2
    assert "are one file" in capfd.readouterr().err
    assert video.read_bytes() == b"precious"
