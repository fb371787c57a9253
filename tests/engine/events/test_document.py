from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import PosecastError
from engine.events import default_rules, describe, load_rules

TRIANGLE = {"name": "Sofa", "corners": [[-1.5, -3], [0.5, -3], [0, -2]], "colour": 2}


def test_a_document_changes_what_it_names() -> None:
    rules = default_rules().changed({"rules": {"dwell": {"seconds": 60}, "close": {"on": True}}, "zones": [TRIANGLE]})
    assert rules.options["dwell"].seconds == 60
    assert rules.options["dwell"].on
    assert rules.options["close"].on
    assert rules.options["fall"] == default_rules().options["fall"]
    assert rules.zones[0].corners[0] == (-1.5, -3.0)
    assert rules.changed({"rules": {}}).zones == rules.zones
    assert rules.changed({"zones": []}).zones == ()


def test_a_document_comes_back_as_it_was(tmp_path: Path) -> None:
    rules = default_rules().changed({"rules": {"hands_up": {"hands": 1}}, "zones": [TRIANGLE]})
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(rules.document()), encoding="utf-8")
    assert load_rules(path).document() == rules.document()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "must be an object"),
        ({"rules": {"jump": {}}}, "there is no rule 'jump'"),
        ({"rules": {"fall": {"speed": 1}}}, "the rule fall has no 'speed'"),
        ({"rules": {"fall": {"on": "yes"}}}, "fall.on must be true or false"),
        ({"rules": {"dwell": {"seconds": 0}}}, "dwell.seconds must be 1 to 86400 seconds"),
        ({"rules": {"dwell": {"seconds": float("nan")}}}, "dwell.seconds must be"),
        ({"rules": {"repetition": {"joint": "nose"}}}, "one of knee, hip, elbow"),
        ({"rules": []}, "rules must be an object"),
        ({"colour": 1}, "unknown key 'colour'"),
        ({"zones": {}}, "zones must be a list"),
        ({"zones": [TRIANGLE] * 40}, "at most"),
        ({"zones": [TRIANGLE, TRIANGLE]}, "two zones are called Sofa"),
        ({"zones": [{**TRIANGLE, "name": " "}]}, "the name of zone 1"),
        ({"zones": [{**TRIANGLE, "name": "a\nb"}]}, "the name of zone 1"),
        ({"zones": [{**TRIANGLE, "colour": True}]}, "the colour of Sofa"),
        ({"zones": [{**TRIANGLE, "height": 1}]}, "zone 1 has no height"),
        ({"zones": [{**TRIANGLE, "corners": [[0, 0], [1, 1]]}]}, "a list of 3 to 32"),
        ({"zones": [{**TRIANGLE, "corners": [[0, 0], [1, 1], [2, 2]]}]}, "has no area"),
        ({"zones": [{**TRIANGLE, "corners": [[0, 0], [1, 0], [1, 1e6]]}]}, "each at most 200"),
        ({"zones": [{**TRIANGLE, "corners": [[0, 0], [1, 0], [1, float("nan")]]}]}, "a corner of Sofa"),
        ({"zones": [{**TRIANGLE, "corners": [[0, 0], [1, 0], [1, 2, 3]]}]}, "a corner of Sofa"),
    ],
)
def test_what_is_not_valid_is_said_and_nothing_changes(document: Any, said: str) -> None:
    rules = default_rules()
    with pytest.raises(PosecastError) as raised:
        rules.changed(document)
    assert said in f"{raised.value.error}; {raised.value.hint}"
    assert rules == default_rules()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for name, content in (("missing.json", None), ("torn.json", '{"rules":'), ("wrong.json", '{"rules": 3}')):
        if content is not None:
            (tmp_path / name).write_text(content)
        with pytest.raises(PosecastError, match=name):
            load_rules(tmp_path / name)


def test_every_rule_is_described_with_its_numbers() -> None:
    for rule in describe():
        assert rule["title"]
        assert set(rule["fields"]) == set(default_rules().document()["rules"][rule["name"]])
        assert all(field["description"] for field in rule["fields"].values())
