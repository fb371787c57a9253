"""Pictures are whole when their last packet is here, in whatever order packets come."""

from __future__ import annotations

import itertools

from aiortc.rtp import RtpPacket

from webapp.publishing.assembly import PromptBuffer


def packet(number: int, picture: int, last: bool = False) -> RtpPacket:
    made = RtpPacket(sequence_number=number, timestamp=6000 * picture, marker=int(last))
    made._data = bytes([number % 256])  # type: ignore[attr-defined]
    return made


def put_together(*packets: RtpPacket) -> list[bytes | None]:
    buffer = PromptBuffer(512, is_video=True)
    pictures = [buffer.add(packet)[1] for packet in packets]
    return [None if picture is None else picture.data for picture in pictures]


def test_a_picture_is_whole_with_its_last_packet() -> None:
    pictures = put_together(packet(1, 0), packet(2, 0), packet(3, 0, last=True), packet(4, 1, last=True))
    assert pictures == [None, None, bytes([1, 2, 3]), bytes([4])]


def test_packets_come_in_any_order() -> None:
    first = packet(1, 0)
    for others in itertools.permutations([packet(2, 0), packet(3, 0, last=True), packet(4, 1)]):
        assert [one for one in put_together(first, *others) if one] == [bytes([1, 2, 3])]


def test_one_that_comes_late_holds_up_what_follows_and_no_longer() -> None:
    late = put_together(packet(1, 0, last=True), packet(3, 1, last=True), packet(2, 1), packet(4, 2, last=True))
    assert late == [bytes([1]), None, bytes([2, 3]), bytes([4])]


def test_without_marks_the_next_picture_ends_the_one_before() -> None:
    assert put_together(packet(1, 0), packet(2, 0), packet(3, 1)) == [None, None, bytes([1, 2])]


def test_numbers_begin_again_after_65535() -> None:
    pictures = put_together(packet(65534, 0, last=True), packet(65535, 1), packet(0, 1, last=True))
    assert pictures == [bytes([254]), None, bytes([255, 0])]
