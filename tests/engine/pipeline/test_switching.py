"""Changes at run time: networks, sources, settings, cameras."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.extrinsics import Calibration
from engine.geometry import DEFAULT_CAMERA, CameraSpec, Provenance
from engine.pipeline import (
    BackendUnavailable,
    NothingToCancel,
    ProgressEvent,
    Switching,
    SwitchInProgress,
    UnknownBackend,
)
from tests.engine.pipeline.live import SMALL, live
from tests.fakes import QUICK, WAIT_S, World, refusal

DEMO_CAMERA = CameraSpec(np.eye(3), np.array([0.0, 1.0, 4.0]), "+y")
FILE_CAMERA = CameraSpec(np.eye(3), np.array([0.0, 2.0, 5.0]), "+z")


def calibration(spec: CameraSpec = FILE_CAMERA) -> Calibration:
    return Calibration(spec, format="reference", unit="cm", name=None, distorted=False, warnings=())


class TestBackend:
    def test_the_old_one_serves_until_the_new_one_is_ready(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.world.load_go.clear()
            run.pipeline.switch_backend("pytorch")
            run.listener.wait_for(lambda e: isinstance(e, ProgressEvent) and e.task == "backend" and e.fraction)
            assert run.state.switching.to == "pytorch"
            assert run.wait_for_next_snapshot().backend.name == "openvino"
            assert run.state.settings.backend == "openvino"
            run.world.load_go.set()
            run.wait_for_snapshot(lambda snapshot: snapshot.backend.name == "pytorch")
            run.wait_until_settled()
            assert run.state.backend.name == run.state.settings.backend == "pytorch"
            old, new = run.world.backends
            assert (old.closes, new.closes) == (1, 0)
            assert run.problems == []

    def test_another_body_loads_the_network_that_it_needs(self) -> None:
        with live() as run:
            assert run.wait_for_snapshot().body == "keypoints"
            run.wait_until_settled()
            run.pipeline.change_settings({"body": "maps"})
            run.wait_for_snapshot(lambda snapshot: snapshot.body == "maps")
            run.wait_until_settled()
            assert [spec.features for spec, _ in run.world.loads] == [False, True]
            run.pipeline.change_settings({"placement": "perspective"})
            assert len(run.world.loads) == 2
            assert run.problems == []

    def test_people_keep_their_ids(self) -> None:
        with live() as run:
            before = run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.switch_backend("pytorch")
            after = run.wait_for_snapshot(lambda snapshot: snapshot.backend.name == "pytorch")
            assert [person.id for person in after.scene.people] == [person.id for person in before.scene.people]

    def test_a_failure_leaves_the_old_one_and_says_why(self) -> None:
        world = World(load_errors={"pytorch": refusal("pytorch is broken")})
        with live(world) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.switch_backend("pytorch", "CPU", "fp32")
            problem = run.wait_for_problem("pytorch is broken")
            assert problem.hint == "try something else"
            run.wait_until_settled()
            assert run.wait_for_next_snapshot().backend.name == "openvino"
            assert run.state.settings == SMALL
            assert world.backends[0].closes == 0
            assert run.pipeline.health() is None

    def test_a_fault_of_ours_is_told_and_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        world = World(load_errors={"pytorch": ZeroDivisionError("oh")})
        with live(world) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.switch_backend("pytorch")
            run.wait_for_problem("switching to pytorch failed: oh")
            run.wait_until_settled()
            assert "ZeroDivisionError" in caplog.text

    def test_one_switch_at_a_time(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.world.load_go.clear()
            run.pipeline.switch_backend("pytorch")
            with pytest.raises(SwitchInProgress, match="pytorch"):
                run.pipeline.switch_backend("onnxruntime")
            with pytest.raises(SwitchInProgress):
                run.pipeline.switch_source("other")
            with pytest.raises(SwitchInProgress):
                run.pipeline.change_settings({"height_size": 256, "smoothing": False})
            assert run.state.settings.smoothing, "refused as a whole"
            run.pipeline.change_settings({"smoothing": False})
            assert not run.state.settings.smoothing
            run.world.load_go.set()
            run.wait_until_settled()
            assert run.state.settings == replace(SMALL, backend="pytorch", smoothing=False)

    def test_a_switch_that_is_cancelled_changes_nothing(self) -> None:
        world = World()
        world.load_go.clear()
        with live(world) as run:
            run.listener.wait_until(lambda: run.state.switching is not None)
            with pytest.raises(NothingToCancel, match="because nothing else runs"):
                run.pipeline.cancel_switch()
            world.load_go.set()
            run.wait_for_snapshot()
            run.wait_until_settled()
            with pytest.raises(NothingToCancel, match="no switch is under way"):
                run.pipeline.cancel_switch()
            run.world.load_go.clear()
            run.pipeline.switch_backend("pytorch", precision="fp32")
            shown = run.state.switching
            assert shown.cancellable
            assert shown.settings == {"backend": "pytorch", "device": "auto", "precision": "fp32"}
            assert run.pipeline.cancel_switch() == "pytorch"
            assert run.state.switching is None
            assert run.wait_for_next_snapshot().backend.name == "openvino"
            run.world.load_go.set()
            run.pipeline.switch_backend("onnxruntime")
            run.wait_for_snapshot(lambda snapshot: snapshot.backend.name == "onnxruntime")
            run.wait_until_settled()
            assert run.state.settings.backend == "onnxruntime"
            assert run.problems == []

    def test_what_is_in_effect_is_not_cancelled(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.switch_backend("pytorch")
            finish = run.listener.wait_for(lambda e: isinstance(e, ProgressEvent) and e.step == "finish")
            assert finish.message == "closing what ran before"
            with pytest.raises(NothingToCancel):
                run.pipeline.cancel_switch()
            run.wait_for_snapshot(lambda snapshot: snapshot.backend.name == "pytorch")

    def test_what_cannot_run_is_refused_at_once(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            with pytest.raises(UnknownBackend, match="caffe"):
                run.pipeline.switch_backend("caffe")
            with pytest.raises(BackendUnavailable, match="no NVIDIA GPU was found"):
                run.pipeline.switch_backend("tensorrt")
            with pytest.raises(BackendUnavailable, match="'NPU'"):
                run.pipeline.switch_backend("openvino", "NPU")
            with pytest.raises(BackendUnavailable, match="does not run int8"):
                run.pipeline.change_settings({"precision": "int8"})
            for device in ("gpu.1", "gpu"):
                run.pipeline.switch_backend("openvino", device)
                run.wait_for_snapshot(lambda snapshot, device=device: snapshot.backend.device == device)
                run.wait_until_settled()

    def test_a_switch_while_the_network_computes_waits_for_the_frame(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            old = run.world.backends[0]
            old.hold()
            assert old.entered.wait(WAIT_S)
            run.pipeline.switch_backend("pytorch")
            run.listener.wait_until(lambda: run.state.backend.name == "pytorch" or len(run.world.backends) == 2)
            assert old.closes == 0
            old.go.set()
            run.wait_for_snapshot(lambda snapshot: snapshot.backend.name == "pytorch")
            run.wait_until_settled()
            assert old.closes == 1

    def test_a_switch_works_during_a_pause(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.pause()
            run.pipeline.switch_backend("pytorch")
            run.wait_until_settled()
            assert run.state.backend.name == "pytorch"
            assert run.state.status == "paused"
            run.pipeline.resume()
            run.wait_for_snapshot(lambda snapshot: snapshot.backend.name == "pytorch")


class TestSource:
    def test_the_old_one_is_read_until_the_new_one_gives_a_frame(self) -> None:
        world = World(feeding=False)
        with live(world) as run:
            old, _ = run.start_fed()
            run.pipeline.switch_source("rtsp://user:secret@cam/1")
            assert run.state.switching == Switching("rtsp://***@cam/1", "open", None)
            new = world.wait_for_source(2)
            old.feed()
            last = run.wait_for_snapshot(lambda snapshot: snapshot.frame.index == 2)
            assert run.state.source == "demo"
            new.feed()
            run.wait_until_settled()
            assert run.state.settings.source == "rtsp://user:secret@cam/1"
            assert old.closes == 1
            new.feed(2)
            run.wait_for_snapshot(lambda snapshot: snapshot is not last and snapshot.frame.index == 2)
            assert len(world.loads) == 1, "frames of the same size need no other network"

    def test_nobody_is_taken_for_somebody_of_the_old_one(self) -> None:
        with live() as run:
            first = run.wait_for_snapshot()
            run.wait_until_settled()
            ids = {person.id for person in first.scene.people}
            run.pipeline.switch_source("other")
            run.wait_until_settled()
            assert not ids & {person.id for person in run.wait_for_next_snapshot().scene.people}

    def test_a_source_that_does_not_open_changes_nothing(self) -> None:
        world = World(open_errors={"nowhere": refusal("nowhere does not exist")})
        with live(world) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.switch_source("nowhere")
            run.wait_for_problem("nowhere does not exist")
            run.wait_until_settled()
            assert run.state.settings.source == run.state.source == "demo"
            run.wait_for_next_snapshot()
            assert run.pipeline.health() is None

    def test_a_source_without_frames_is_given_up(self) -> None:
        world = World(feeding=False)
        timing = replace(QUICK, first_frame_s=0.01)
        with live(world, timing=timing) as run:
            old, _ = run.start_fed()
            run.pipeline.switch_source("silent")
            silent = world.wait_for_source(2)
            run.wait_for_problem("silent delivered no frame within 0.01 s")
            run.wait_until_settled()
            assert silent.closes == 1
            old.feed()
            run.wait_for_snapshot(lambda snapshot: snapshot.frame.index == 2)

    def test_frames_of_another_shape_get_their_network_first(self) -> None:
        world = World(sizes={"wide": (96, 48)})
        with live(world) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            world.load_go.clear()
            run.pipeline.switch_source("wide")
            run.listener.wait_for(lambda e: isinstance(e, ProgressEvent) and e.task == "source" and e.step == "compile")
            assert run.wait_for_next_snapshot().frame.image.shape == (48, 64, 3)
            world.load_go.set()
            run.wait_for_snapshot(lambda snapshot: snapshot.frame.image.shape == (48, 96, 3))
            run.wait_until_settled()
            assert [size for _, size in world.loads] == [(128, 176), (128, 256)]
            assert world.backends[0].sizes[-1] == (128, 176)
            assert set(world.backends[1].sizes) == {(128, 256)}

    def test_a_model_of_one_size_is_not_loaded_again(self) -> None:
        world = World(sizes={"wide": (96, 48)})
        with live(world) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            world.backends[0].fixed_size = (256, 448)
            run.pipeline.switch_source("wide")
            run.wait_for_snapshot(lambda snapshot: snapshot.frame.image.shape == (48, 96, 3))
            run.wait_until_settled()
            assert len(world.loads) == 1

    def test_a_switch_during_a_pause_stays_paused(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.pause()
            run.pipeline.switch_source("other")
            run.wait_until_settled()
            assert run.state.status == "paused"
            assert run.state.source == "other"
            assert all(source.closes == 1 for source in run.world.sources)
            run.pipeline.resume()
            run.wait_for_next_snapshot()
            assert run.world.sources[-1].name == "other"

    def test_the_same_source_is_opened_again(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.pipeline.switch_source("demo")
            run.world.wait_for_source(2)
            run.wait_for_next_snapshot()
            assert [source.closes for source in run.world.sources] == [1, 0]

    def test_for_another_pixel_shape_it_is_opened_again(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.pipeline.change_settings({"pixel_aspect": "2:1"})
            run.world.wait_for_source(2)
            run.wait_for_next_snapshot()
            assert run.world.pixel_aspects == [None, 2]


class TestSettings:
    def test_what_is_invalid_changes_nothing(self) -> None:
        with live() as run:
            for bad in ({"nonsense": 1}, {"smoothing": False, "height_size": 100}, {"source": ""}):
                with pytest.raises(PosecastError):
                    run.pipeline.change_settings(bad)
            assert run.state.settings == SMALL

    def test_quick_ones_take_effect_between_two_frames(self) -> None:
        with live() as run:
            run.wait_for_snapshot(lambda snapshot: snapshot.scene.people)
            after = run.pipeline.change_settings({"min_score": 1.0, "fx": 500, "camera_height_m": 2.0})
            assert after == run.state.settings == replace(SMALL, min_score=1.0, fx=500, camera_height_m=2.0)
            snapshot = run.wait_for_snapshot(lambda snapshot: not snapshot.scene.people)
            assert (snapshot.scene.camera.fx, snapshot.scene.camera.height) == (500, 2.0)
            assert (run.state.camera.fx, run.state.camera.height) == (500, 2.0)
            assert run.state.camera.provenance == Provenance("default", "option", 1)
            assert len(run.world.loads) == 1

    def test_another_height_loads_another_network(self) -> None:
        with live(World(fixed=True)) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            after = run.pipeline.change_settings({"height_size": 192, "smoothing": False})
            assert after.height_size == 192
            assert run.state.settings.smoothing is False
            run.wait_until_settled()
            run.wait_for_next_snapshot()
            run.wait_for_next_snapshot()
            assert run.state.settings == after
            assert [set(backend.sizes) for backend in run.world.backends] == [{(128, 176)}, {(192, 256)}]

    def test_the_same_values_again_do_nothing(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.change_settings(SMALL.to_json())
            assert run.state.switching is None
            assert len(run.world.loads) == 1

    def test_source_and_network_change_together(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.change_settings({"source": "other", "backend": "pytorch"})
            run.wait_until_settled()
            snapshot = run.wait_for_next_snapshot()
            assert snapshot.backend.name == "pytorch"
            assert run.state.source == "other"


class TestCamera:
    def test_the_file_overrides_the_sources_own_which_overrides_the_default(self) -> None:
        world = World(cameras={"stage": DEMO_CAMERA})
        with live(world, replace(SMALL, source="stage")) as run:
            snapshot = run.wait_for_snapshot()
            assert np.array_equal(snapshot.scene.camera.t, DEMO_CAMERA.t)
            given = calibration()
            run.pipeline.set_calibration(given)
            assert run.state.calibration is given
            assert run.state.camera.up == "+z"
            run.wait_for_snapshot(lambda snapshot: np.array_equal(snapshot.scene.camera.t, FILE_CAMERA.t))
            run.pipeline.set_calibration(None)
            run.wait_for_snapshot(lambda snapshot: np.array_equal(snapshot.scene.camera.t, DEMO_CAMERA.t))
            run.wait_until_settled()
            run.pipeline.switch_source("webcam")
            run.wait_for_snapshot(lambda snapshot: np.array_equal(snapshot.scene.camera.t, DEFAULT_CAMERA.t))
            run.wait_until_settled()

    def test_no_frame_is_seen_with_the_camera_of_another_source(self) -> None:
        world = World(cameras={"stage": DEMO_CAMERA}, sizes={"stage": (96, 48)})
        seen = []
        with live(world, replace(SMALL, source="stage")) as run:
            for text in ("webcam", "stage", "webcam"):
                run.wait_for_next_snapshot()
                run.wait_until_settled()
                run.pipeline.switch_source(text)
                run.wait_for_snapshot(lambda s, text=text: (s.frame.image.shape[1] == 96) == (text == "stage"))
                snapshot = run.pipeline.snapshots.newest()
                seen.append(
                    (snapshot.frame.image.shape[1] == 96) == (np.array_equal(snapshot.scene.camera.t, DEMO_CAMERA.t))
                )
            run.wait_until_settled()
        assert seen == [True] * 3

    def test_a_camera_file_can_be_given_as_a_setting(self) -> None:
        loaded = calibration()
        world = World()
        parts = replace(world.parts, load_calibration=lambda text: loaded)
        with live(world, parts=parts) as run:
            run.pipeline.change_settings({"extrinsics": "room.json"})
            assert run.state.calibration is loaded
            run.pipeline.change_settings({"extrinsics": None})
            assert run.state.calibration is None

    def test_a_camera_file_that_cannot_be_read_changes_nothing(self) -> None:
        def refuse(text: str) -> Calibration:
            raise refusal("room.json is no camera file")

        world = World()
        with live(world, parts=replace(world.parts, load_calibration=refuse)) as run:
            with pytest.raises(PosecastError, match="is no camera file"):
                run.pipeline.change_settings({"extrinsics": "room.json", "smoothing": False})
            assert run.state.settings == SMALL
