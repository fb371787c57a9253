"""A video whose network runs elsewhere has the results of one whose network runs here."""

from __future__ import annotations

import contextlib
import pickle
from functools import partial
from typing import Any

import pytest

from engine.batch import cut
from engine.batch.cut import Elsewhere, through_segments
from engine.capture.stage.clip import CLIP
from engine.infer import Inference
from engine.settings import Settings
from engine.wire import scene_to_wire

FRAMES = 9


def _scenes(inference: Inference) -> list[dict[str, Any]]:
    """The scenes without what the clock says."""
    with contextlib.closing(inference.results()) as results:
        return [scene_to_wire(result.snapshot, fps=0, wall_time=0) | {"timings_ms": None} for result in results]


@pytest.mark.parametrize("changes", [{}, {"body": "maps"}])
def test_segments_give_the_same_scenes(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]) -> None:
    monkeypatch.setattr(cut, "SEGMENT_FRAMES", 4)
    fast = {"height_size": 128, "backend": "openvino", "precision": "fp32", **changes}
    settings = Settings().changed({"source": str(CLIP), **fast})
    with Inference(settings, max_frames=FRAMES) as here:
        info = here.load(lambda step, fraction, message: None)
        expected = _scenes(here)
        assert here._processor is not None
        backend, sizes = here._processor.backend, []

        def send(parts: list[cut.Part]) -> bytes:
            sizes.append(len(parts))
            return pickle.dumps(cut.see(pickle.loads(pickle.dumps(parts)), backend, settings))

        with Inference(settings, max_frames=FRAMES) as elsewhere:
            network = partial(through_segments, send=send, receive=pickle.loads, window=2)
            elsewhere.run_elsewhere(Elsewhere(info), network)
            assert _scenes(elsewhere) == expected
    assert sizes == [4, 4, 1]
    assert all(len(scene["people"]) >= 3 for scene in expected)


def test_an_answer_is_small() -> None:
    settings = Settings().changed({"source": str(CLIP), "height_size": 128, "backend": "openvino", "body": "maps"})
    with Inference(settings, max_frames=1) as inference:
        inference.load(lambda step, fraction, message: None)
        processor = inference._processor
        assert processor is not None
        prepared = processor.prepare(inference.first_frame())
        seen = cut.see([cut.Part(prepared.network_input, prepared.stage_ms)], processor.backend, settings)
    assert len(pickle.dumps(seen)) < 40_000
