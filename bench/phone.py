"""Glass to scene: how long after a phone's camera saw something its people arrive. `python -m bench.phone CLIP`.

Chromium, whose camera is the clip with a number painted into each picture, publishes by WebRTC over https to a whole
server. The page notes when the camera delivers each number, a client when it has the scene of the picture with that
number; both by the clock of this machine. The 3D view is closed. The time that a real camera takes for itself is not in
it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import socketio

from bench.chromium import camera_flags, chromium
from engine.capture import open_source

SIZE, RATE, BITS, CELL = (640, 480), 15, 12, 32
_NOTES = """async ([bits, cell]) => {
    const track = document.querySelector("video").srcObject.getVideoTracks()[0].clone();
    const frames = new MediaStreamTrackProcessor({ track }).readable.getReader();
    const rect = { x: 0, y: cell / 2, width: bits * cell, height: 2 };
    window.takenAt = {};
    const note = async ({ value: frame }) => {
        const at = Date.now() / 1000;
        const brightness = new Uint8Array(frame.allocationSize({ rect })); // the first plane
        await frame.copyTo(brightness, { rect });
        frame.close();
        let number = 0;
        for (let bit = 0; bit < bits; bit++) number = 2 * number + (brightness[(bit + 0.5) * cell] > 127 ? 1 : 0);
        (window.takenAt[number] ??= []).push(at);
    };
    const all = async () => { for (;;) await note(await frames.read()); };
    all();
}"""


def numbered(source: str, path: Path, seconds: float) -> None:
    """The clip as Y4M, again and again, with the number of each picture in its corner, in black and white cells."""
    clip = open_source(source)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{RATE}:1 Ip A1:1 C420\n".encode())
        for number in range(min(int(seconds * RATE), 2**BITS)):
            frame = clip.read()
            if frame is None:
                clip.close()
                clip = open_source(source)
                frame = clip.read()
            assert frame is not None, f"{source} has no pictures"
            image = cv2.resize(frame.image, SIZE)
            for bit in range(BITS):
                white = number >> (BITS - 1 - bit) & 1
                image[:CELL, bit * CELL : (bit + 1) * CELL] = 255 * white
            file.write(b"FRAME\n" + cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420).tobytes())
    clip.close()


def number_in(image: np.ndarray) -> int:
    scale = image.shape[1] / SIZE[0]
    number = 0
    for bit in range(BITS):
        number = 2 * number + int(image[int(CELL * scale / 2), int((bit + 0.5) * CELL * scale), 1] > 127)
    return number


class Scenes:
    """When each scene of a server came, and the number in the picture of its frame."""

    def __init__(self, url: str) -> None:
        self.came: dict[int, float] = {}
        self.read: dict[int, float] = {}
        """When the server had the picture."""
        self.numbers: dict[int, int] = {}
        self._client = socketio.Client(ssl_verify=False)
        self._client.on("scene", self._note)
        self._client.connect(url, transports=["websocket"])
        command = ["curl", "-skN", f"{url}stream.mjpg?view=raw"]
        self._stream = subprocess.Popen(command, stdout=subprocess.PIPE)
        threading.Thread(target=self._read, daemon=True).start()

    def _note(self, scene: dict[str, Any]) -> None:
        self.came.setdefault(scene["frame"], time.time())
        self.read.setdefault(scene["frame"], scene["wall_time"])

    def _read(self) -> None:
        assert self._stream.stdout is not None
        buffer = b""
        while piece := self._stream.stdout.read1(65536):
            buffer += piece
            while (part := re.search(rb"X-Frame: (\d+)\r\n.*?(\xff\xd8.*?\xff\xd9)", buffer, re.DOTALL)) is not None:
                image = cv2.imdecode(np.frombuffer(part[2], np.uint8), cv2.IMREAD_COLOR)
                if image is not None:
                    self.numbers[int(part[1])] = number_in(image)
                buffer = buffer[part.end() :]

    def close(self) -> None:
        self._stream.kill()
        self._client.disconnect()


def main() -> None:
    parser = argparse.ArgumentParser(description="Latency of a phone as the camera, from its picture to the scene.")
    parser.add_argument("clip")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        numbered(options.clip, folder / "clip.y4m", options.seconds + 30)
        command = [
            sys.executable,
            "-m",
            "webapp",
            "serve",
            "--port",
            "0",
            "--no-open",
            "--source",
            "browser",
            "--tls",
            "auto",
        ]
        environment = {**os.environ, "XDG_CONFIG_HOME": name, "XDG_DATA_HOME": name, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
            assert server.stdout is not None
            url = next(match[1] for line in server.stdout if (match := re.match(r"Posecast is at (https\S+/)", line)))
            try:
                print(json.dumps(measure(url, folder / "clip.y4m", options.seconds)))
            finally:
                server.terminate()


def measure(url: str, clip: Path, seconds: float) -> dict[str, float | int]:
    with chromium(*camera_flags(clip)) as browser:
        assert browser is not None, "there is no Chromium"
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(f"{url}camera")
        page.get_by_role("button", name="Start camera").click()
        page.locator('.publish-status[data-kind="live"]').wait_for(timeout=60_000)
        page.wait_for_timeout(8000)  # the network is loaded, and WebRTC has found its rate
        scenes = Scenes(url)
        page.evaluate(_NOTES, [BITS, CELL])
        page.wait_for_timeout(1000 * seconds)
        taken = {int(number): times for number, times in page.evaluate("window.takenAt").items()}
        scenes.close()
    way = [
        (scenes.read[frame] - max(before), scenes.came[frame] - scenes.read[frame])
        for frame, number in scenes.numbers.items()
        if frame in scenes.came and (before := [at for at in taken.get(number, []) if at < scenes.came[frame]])
    ]
    to_server, to_scene = np.array(way).T * 1e3
    return {
        "scenes": len(way),
        "fps": round(len(scenes.came) / seconds, 1),
        **_percentiles("", to_server + to_scene),
        **_percentiles("to_server_", to_server),
        **_percentiles("to_scene_", to_scene),
    }


def _percentiles(name: str, ms: np.ndarray) -> dict[str, float]:
    return {f"{name}p{share}_ms": round(float(np.percentile(ms, share)), 1) for share in (50, 95)}


if __name__ == "__main__":
    main()
