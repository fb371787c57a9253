"""A small RTSP camera: H.264 in RTP, interleaved in the control connection, or over UDP (RFC 2326, RFC 6184)."""

from __future__ import annotations

import re
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from functools import partial

import av

from tests.engine.capture.clips import SIZE, numbered

_FRAME_S = 0.02
_PAYLOAD = 1300
_TICKS = 90_000


class RtspCamera:
    """Sends numbered pictures, counting up modulo 250, a key frame every tenth."""

    def __init__(self, port: int = 0, *, udp_only: bool = False) -> None:
        self.udp_only = udp_only
        """Whether TCP is refused (461), as some doorbells and recorders do."""
        self.stalled = threading.Event()
        """While set, the connection stays open and nothing is sent."""
        self.transports: list[str] = []
        """What clients asked for."""
        self.gone = threading.Event()
        self.units = list(_access_units(250))
        self._server = _Server(("127.0.0.1", port), partial(_Session, self))
        self.url = f"rtsp://127.0.0.1:{self._server.server_address[1]}/live"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.gone.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


class _Session(socketserver.StreamRequestHandler):
    _udp: socket.socket | None = None

    def __init__(self, camera: RtspCamera, *arguments: object) -> None:
        self._camera = camera
        super().__init__(*arguments)  # type: ignore[arg-type]

    def handle(self) -> None:
        try:
            while request := self._request():
                method, number, transport = request
                self.wfile.write(self._answer(method, number, transport).encode())
                if method == "PLAY":
                    self._play()
                    return
        except OSError:
            return  # the other side has left

    def _request(self) -> tuple[str, str, str] | None:
        """(method, sequence number, transport)."""
        lines = []
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        headers = dict(line.split(": ", 1) for line in lines[1:])
        return (lines[0].split()[0], headers["CSeq"], headers.get("Transport", "")) if lines else None

    def _answer(self, method: str, number: str, transport: str) -> str:
        head = f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n"
        if method == "DESCRIBE":
            sdp = (
                "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
                "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track0\r\n"
            )
            return f"{head}Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"
        if method == "SETUP":
            self._camera.transports.append(transport)
            ports = re.search(r"client_port=(\d+)", transport)
            if ports is not None:
                self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                self._udp.bind(("127.0.0.1", 0))
                self._udp.connect(("127.0.0.1", int(ports[1])))
                server = self._udp.getsockname()[1]
                return f"{head}Session: 1\r\nTransport: {transport};server_port={server}-{server + 1}\r\n\r\n"
            if self._camera.udp_only:
                return f"RTSP/1.0 461 Unsupported Transport\r\nCSeq: {number}\r\n\r\n"
            return f"{head}Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
        return f"{head}Session: 1\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n"

    def _play(self) -> None:
        sequence, frame = 0, 0
        while not self._camera.gone.wait(_FRAME_S):
            if self._camera.stalled.is_set():
                continue
            time = round(frame * _FRAME_S * _TICKS)
            for payload, last in _payloads(self._camera.units[frame % len(self._camera.units)]):
                header = struct.pack(">BBHII", 0x80, 96 | (0x80 if last else 0), sequence & 0xFFFF, time, 1)
                self._send(header + payload)
                sequence += 1
            frame += 1

    def _send(self, packet: bytes) -> None:
        if self._udp is not None:
            self._udp.send(packet)
        else:
            self.wfile.write(struct.pack(">cBH", b"$", 0, len(packet)) + packet)

    def finish(self) -> None:
        if self._udp is not None:
            self._udp.close()
        super().finish()


def _access_units(count: int) -> Iterator[list[bytes]]:
    """The NAL units of each picture."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt = "yuv420p"
    encoder.framerate = 50
    encoder.options = {"tune": "zerolatency", "preset": "ultrafast", "g": "10"}
    for number in range(count):
        for packet in encoder.encode(av.VideoFrame.from_ndarray(numbered(number), format="bgr24")):
            yield [unit for unit in re.split(b"\0\0\0?\1", bytes(packet)) if unit]


def _payloads(units: list[bytes]) -> Iterator[tuple[bytes, bool]]:
    """RTP payloads of a picture, and whether each is its last; long units are cut (FU-A)."""
    for unit in units:
        last_unit = unit is units[-1]
        if len(unit) <= _PAYLOAD:
            yield unit, last_unit
            continue
        pieces = [unit[at : at + _PAYLOAD] for at in range(1, len(unit), _PAYLOAD)]
        for index, piece in enumerate(pieces):
            first, last = index == 0, index == len(pieces) - 1
            indicator = bytes([unit[0] & 0xE0 | 28, first << 7 | last << 6 | unit[0] & 0x1F])
            yield indicator + piece, last_unit and last
