from __future__ import annotations

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.motion import read
from engine.motion.edits import Edits, edited
from engine.motion.recording import Recording
from engine.motion.suggest import suggest_merges
from tests.engine.motion.stage import truth, write_recording


def lost_and_found(person: int, frame: int) -> int | None:
    """Person 4 is lost for half a second and found as 9; person 2 becomes 12 and then 14, without a gap."""
    if person == 3:
        return 4 if frame < 60 else None if frame < 75 else 9
    if person == 1:
        return 2 if frame < 50 else 12 if frame < 110 else 14
    return person + 1


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return read(write_recording(tmp_path_factory.mktemp("edits") / "a.jsonl", identity=lost_and_found))


def test_tracks_of_one_person_are_suggested(recording: Recording) -> None:
    assert recording.ids == (1, 2, 3, 4, 5, 9, 12, 14)
    assert sorted(suggest_merges(recording)) == [(2, 12, 14), (4, 9)]


def test_somebody_elsewhere_or_much_later_is_not_suggested(recording: Recording) -> None:
    far = edited(recording, Edits(deleted=(2, 9, 12)))
    assert suggest_merges(far) == ()


def test_merged_tracks_are_the_persons_own(recording: Recording) -> None:
    merged = edited(recording, Edits(merged=((2, 12, 14), (4, 9))))
    assert merged.ids == (1, 2, 3, 4, 5)
    np.testing.assert_allclose(merged.person(2).joints, truth()[1], atol=6e-5)
    placed = merged.person(4).placed
    assert not placed[60:75].any()
    assert placed[:60].all()
    assert placed[75:].all()
    assert recording.ids == (1, 2, 3, 4, 5, 9, 12, 14)


def test_where_both_are_seen_the_first_one_counts(recording: Recording) -> None:
    merged = edited(recording, Edits(merged=((1, 3),)))
    np.testing.assert_allclose(merged.person(1).joints, truth()[0], atol=6e-5)


def test_names_deletions_and_trims(recording: Recording) -> None:
    changed = edited(recording, Edits(names={1: "Ada"}, deleted=(3,), trim_s=(1.0, 3.0)))
    assert changed.person(1).label == "Ada"
    assert 3 not in changed.ids
    assert 14 not in changed.ids, "seen later only"
    assert changed.times[0] == 0
    assert changed.times[-1] == pytest.approx(2.0, abs=1e-3)
    np.testing.assert_allclose(changed.person(1).joints, truth()[0, 30:91], atol=6e-5)
    assert changed.started == pytest.approx(recording.started + 1.0)


def test_an_id_that_is_not_there_is_refused(recording: Recording) -> None:
    for edits in (Edits(merged=((1, 77),)), Edits(deleted=(77,)), Edits(names={77: "Bo"})):
        with pytest.raises(PosecastError, match="no person with the id 77"):
            edited(recording, edits)
