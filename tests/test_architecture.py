"""The architecture's floors: a file imports only from lower floors, and third-party libraries only where allowed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("engine", "converters", "posecast", "webapp", "bench")

FLOORS = {
    "": """
        engine
        converters posecast
        webapp
        bench
    """,
    "engine": """
        __init__ aspect brake children cores distortion errors filters framing names rate redaction retry \
        skeleton slot
        bus fields files geometry locks machine matching
        bones posing types
        agreement decoding faces inference lifting mirroring mosaic offline picture_writer preprocess settings \
        snapshot_slot tracking video_writer
        extrinsics fitting floor input_hint models one_view overlay settings_file wire
        calibration fusion motion rig
        capture events exports outputs outputs_guard processor
        close_up floor_first trials
        rig_processor
        loading rig_hindsight
        accuracy bench infer pipeline presets
        batch
    """,
    "engine.batch": """
        __init__ cut job videos
        marks recipe
        manifest work
        local on_ray plan run
        cluster
    """,
    "engine.bus": """
        address
        bus
        clock keeping_on
        __init__
    """,
    "engine.calibration": """
        __init__ board board_bundle bundle claps lights observations signals triangulation world_from_people
        board_pdf pairs sighting
        coverage rig_from_people
        lens rig_result selection
        rig_from_board rig_picture session
    """,
    "engine.capture": """
        address clip clock diagnosis notices pacing picture quicktime remote stage timing uploaded
        animation image_reader lens live playback rig
        browser camera image_paths images rig_live video
        absence demo network
        sources
        __init__
    """,
    "engine.fusion": """
        sightings
        track triangulation
        completion following grouping refinement
        hindsight offsets sides
        clock_watch fusion
        __init__
    """,
    "engine.rig": """
        rig writing
        world
        reading replacing
        options
        __init__
    """,
    "engine.capture.network": """
        http jpegs protocol
        pictures
        media motion reasons
        reading
        child
        process
        clip feed
        __init__
    """,
    "engine.capture.stage": """
        body brush clip
        pose
        cast face
        renderer
        scene
        __init__
        encoding
        __main__
    """,
    "engine.floor": """
        reasons standing
        stances
        solve
        camera estimator
        watch
        __init__
    """,
    "engine.tracking": """
        colours rounds smoothing
        identity
        __init__
    """,
    "engine.fitting": """
        knees memory options solver
        depth ground lengths prior sight
        heights seen
        fit
        __init__
    """,
    "engine.extrinsics": """
        calibration camera_toml colmap field_of_view formats matrix_text names plausible scalars
        doubts effective fields layouts qualisys readings replacement rotation skeletool xml_storage yaml_text
        distortions documents intrinsics pose_matrix pose_parts source_camera units
        lens pose
        cameras frames
        understanding
        __init__
    """,
    "engine.inference": """
        batches checkpoint damage engine_file installed nvidia offers per_size signature tensorrt_library
        __init__ network onnxruntime openvino tensorrt_backend
        baseline pytorch_backend tensorrt
        pytorch
    """,
    "engine.models": """
        archive http job
        __init__
        cache shipped
        prepare
    """,
    "engine.motion": """
        motion
        alignment decimation lowpass marker_files placing quaternions recording speeds splines twist
        angles edits gaps humanoid limbs reading steady suggest
        comparing edits_file quantities rotations
        bones live_pose statistics
        clip
        __init__
    """,
    "engine.events": """
        hysteresis polygon
        view
        presence rules zones
        document
        watch
        __init__
    """,
    "engine.events.rules": """
        close dwell entered fall hands_up left nobody repetition zone
        __init__
    """,
    "engine.exports": """
        body format gltf_container holding rows
        bvh c3d curves glb mot npz scenes table trc writing
        formats openpose
        request
        __init__ __main__
    """,
    "engine.pipeline": """
        comparison events job refusals timing watchdog
        empty_scenes parts reader state
        feed meter
        worker
        comparer current
        comparisons floor switching
        failover
        pipeline
        __init__
    """,
    "converters": """
        __init__ activations assets frames onnx_file to_openvino verify
        convert equalise to_onnx
        layer_noise to_tensorrt
        acceptance
        mixed_precision
        quantize quantize_onnx
        worker
    """,
    "engine.lifting": """
        bodies placement
        keypoints maps
        __init__
    """,
    "engine.wire": """
        scene scene_clock score
        encode
        csv_table decode
        jsonl
        __init__
    """,
    "posecast": """
        live offline
        __init__
    """,
    "webapp.monitoring": """
        __init__ backend_timings logs process
        engine_log metrics
        relay_metrics
    """,
    "webapp.access": """
        __init__ connections options
        arrivals hosts share tokens
        guard
        errors
        pixels
    """,
    "webapp.live": """
        __init__ faces heartbeat packets plain_websocket scenes session_requests viewers
        broadcast renditions scene_socket socketio_parts websocket
        pictures sockets
    """,
    "webapp.recording": """
        __init__ exporting formats index recovery video_frames
        changes indexes series
        recordings
        replay trash writing
        library recorder
        thumbnails
    """,
    "webapp.bus": """
        __init__ messages
        publisher received
        reader
    """,
    "webapp.relay": """
        __init__ services
        app
    """,
    "webapp.publishing": """
        __init__ assembly passes permission publishers
        frames webrtc
    """,
    "webapp.uploads": """
        __init__ examine files
        uploads
    """,
    "webapp.state": """
        __init__ adjusting auto_pause camera_fields camera_upload event_desk outputs presets source_key sources \
        startup_problems store
        camera_records engine_events lens_memory source_desk
        camera_memory status
        camera
        calibrating rig_desk
    """,
    "webapp.routes": """
        answers assets request_types stream
        openapi pages reading recording_files request_body series
        calibration camera comparison engine events outputs publishing recordings uploads
        __init__
    """,
    "webapp.server": """
        __init__ gunicorn heaps precheck restarts
        tls
        listening
        run
    """,
    "webapp.server.tls": """
        __init__ certificate front names
        serving
    """,
    "webapp": """
        __init__ describe monitoring
        access
        live uploads
        bus publishing recording shown
        state
        services
        routes
        app relay
        server
        commands
        cli
        __main__
    """,
    "webapp.commands": """
        __init__ arguments bundle chart console network_command rig_watching serving terminal
        batch_report bench calibrate calibrate_rig calibrate_sync comparison_chart convert doctor export infer \
        models relay serve serving_arguments
        batch calibrate_parser compare relay_parser
        batch_parser
        parser
    """,
    "engine.outputs": """
        address datagrams lsl_layout moment mqtt_messages osc_packet reaching report ros_frames slots unity \
        webhook_request
        feed figure homeassistant one_person output ros_messages
        datagram_output lsl mqtt rosbridge runner scheme webhook
        osc parsing udp_json vmc vrchat
        schemes
        outputs
        __init__
    """,
    "bench": """
        camera chromium cleaning event_scripts floor household numpy_decoder outputs pose2sim relays rig sampler \
        slopes watchers wrists
        body drawn_maps events first_scene latency phone rig_errors serving soak straight
        crowd decode viewers
        overhead page rig_live
    """,
}
"""Files and folders of each package, lowest floor first. `__init__` is above what it imports.

What lies on one line does not import each other. A name in a string, as of a module that is run, counts as an import.
"""

STARTED_BY_NAME = {("engine.models.job", "converters.worker")}
"""(who starts it, child process): no import, since another process runs it."""

FLAT_IN_WEBAPP = {"__init__", "__main__", "app", "cli", "describe", "services", "shown"}

ONLY_IN = {
    "torch": ("engine.inference", "converters", "bench.straight"),
    "onnx": ("engine.inference.onnxruntime", "converters"),
    "openvino": ("engine.inference.openvino", "converters"),
    "onnxruntime": ("engine.inference.onnxruntime", "converters"),
    "tensorrt": ("engine.inference.tensorrt", "converters"),
    "flask": ("webapp",),
    "flask_socketio": ("webapp",),
    "playwright": ("bench",),
    "paho": ("engine.outputs",),
    "ray": ("engine.batch",),
    "pylsl": ("engine.outputs",),
    "pythonosc": ("engine.outputs",),
    "redis": ("engine.bus",),
    "socketio": ("webapp", "posecast", "bench.phone"),
    "websocket": ("engine.outputs",),
}
"""Third parties that only these may import."""

THREADS_IN = (
    "engine.bus",
    "engine.capture",
    "engine.pipeline",
    "engine.offline",
    "engine.outputs",
    "engine.slot",
    "engine.batch",
    "engine.bench",
    "webapp",
    "bench",
)


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}
BY_STRING = {module for module in MODULES if "." in module}
"""`engine` alone is a word like any other."""


@cache
def _imports(module: str) -> frozenset[str]:
    """What the file imports, at the top or inside of a function, and the modules that it names in strings."""
    return frozenset(_named(module)) - {module}


def _named(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{module}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else node.module
        elif isinstance(node, ast.Constant) and node.value in BY_STRING and (module, node.value) not in STARTED_BY_NAME:
            yield str(node.value)


def _floors(package: str) -> list[list[str]]:
    return [line.split() for line in FLOORS[package].strip().splitlines()]


def _floor(package: str, name: str) -> int:
    return next(index for index, names in enumerate(_floors(package)) if name in names)


def _parts(module: str) -> list[str]:
    """Its packages and its file: `engine.models` is the `__init__` of a package."""
    is_package = MODULES[module].name == "__init__.py"
    return [*module.split("."), *(["__init__"] if is_package else [])]


def _parting(module: str, other: str) -> tuple[str, str, str]:
    """The innermost package that holds both, and what of it each of them is in."""
    pairs = list(zip(_parts(module), _parts(other), strict=False))
    shared = next(index for index, (one, another) in enumerate(pairs) if one != another)
    return ".".join(_parts(module)[:shared]), pairs[shared][0], pairs[shared][1]


@pytest.mark.parametrize("package", FLOORS)
def test_everything_has_one_floor(package: str) -> None:
    depth = len(package.split(".")) if package else 0
    inside = [_parts(module) for module in MODULES if not package or _parts(module)[:depth] == package.split(".")]
    there = sorted({parts[depth] for parts in inside})
    assert sorted(name for names in _floors(package) for name in names) == there


def test_every_package_has_floors() -> None:
    assert {".".join(_parts(module)[:-1]) for module in MODULES} | {""} == set(FLOORS)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_only_from_lower_floors(module: str) -> None:
    for imported in _imports(module) & MODULES.keys():
        package, own, other = _parting(module, imported)
        assert _floor(package, other) < _floor(package, own), f"{module} imports {imported}: {other} is not below {own}"


def test_there_is_no_circle() -> None:
    """Whatever the floors say."""
    try:
        TopologicalSorter({module: _imports(module) & MODULES.keys() for module in MODULES}).prepare()
    except CycleError as error:
        pytest.fail(f"these import each other: {' <- '.join(error.args[1])}")


def test_webapp_gets_no_new_flat_file() -> None:
    assert {path.stem for path in (ROOT / "webapp").glob("*.py")} == FLAT_IN_WEBAPP, "put it into a room of webapp"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_needs_the_tests(module: str) -> None:
    assert not _rooted("tests", _imports(module))
    assert '"tests.' not in MODULES[module].read_text(encoding="utf-8"), "it runs a module of the tests"


def _rooted(root: str, imports: Iterable[str]) -> list[str]:
    return [name for name in imports if name.split(".")[0] == root]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_third_parties_stay_in_their_rooms(module: str) -> None:
    for library, allowed in ONLY_IN.items():
        if _rooted(library, _imports(module)):
            assert module.startswith(allowed), f"{module} imports {library}, which only {allowed} may"


def test_threads_are_in_few_places() -> None:
    for module in MODULES:
        if "threading" in _imports(module):
            assert module.startswith(THREADS_IN), f"{module} imports threading"
