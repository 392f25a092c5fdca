"""Histories come out of every form of file as they went in."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from flowy.errors import HistoryFileError
from flowy.protocol.ids import TypeId
from flowy.replay.files import UNKNOWN_RUN, histories, saved
from flowy.replay.judging import judge
from flowy.service import archive
from flowy.task import scanner
from tests.integration.replay import changed, flows


def registry(module=flows):
    return scanner.scan_workflows(module)


def aws_export(history, iso):
    """Return what the AWS CLI prints, of its second version or of its first."""
    events = [json.loads(msgspec.json.encode(event)) for event in history.events]
    for event in events if iso else ():
        moment = dt.datetime.fromtimestamp(event["eventTimestamp"], dt.UTC)
        event["eventTimestamp"] = moment.isoformat()
    return {"events": events}


@pytest.mark.parametrize("name", ["Plain", "Async"])
def test_a_saved_history_is_read_as_it_was(name, database, tmp_path):
    history = database[1][name]
    file = tmp_path / "a.json"
    file.write_bytes(saved(history))
    (read,) = histories(file)
    assert read.events == history.events
    assert (read.execution, read.type) == (history.execution, history.type)
    assert judge(read, registry()).status == "ok"


@pytest.mark.parametrize("iso", [True, False])
def test_an_export_of_the_aws_cli_is_replayed(iso, database, tmp_path):
    history = database[1]["Async"]
    file = tmp_path / "export.json"
    file.write_text(json.dumps(aws_export(history, iso)))
    (read,) = histories(file, run_id=history.execution.run_id)
    assert judge(read, registry()).status == "ok"


def test_an_export_that_does_not_say_its_run_says_so_when_that_matters(database, tmp_path):
    for name, status in (("Plain", "ok"), ("Async", "mismatch")):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(aws_export(database[1][name], iso=True)))
        (read,) = histories(file)
        assert read.execution.run_id == UNKNOWN_RUN
        verdict = judge(read, registry())
        assert verdict.status == status
        assert status == "ok" or "--run-id" in verdict.message


def test_the_first_page_of_an_export_is_not_held_to_its_end(database, tmp_path):
    export = aws_export(database[1]["Plain"], iso=False)
    kinds = [event["eventType"] for event in export["events"]]
    first = export["events"][: kinds.index("ActivityTaskScheduled")]
    export = {"events": first, "NextToken": "more"}
    file = tmp_path / "page.json"
    file.write_text(json.dumps(export))
    (read,) = histories(file)
    assert judge(read, registry()).status == "ok"


def test_events_that_were_asked_for_backwards_are_turned_round(database, tmp_path):
    export = aws_export(database[1]["Plain"], iso=True)
    export["events"].reverse()
    file = tmp_path / "backwards.json"
    file.write_text(json.dumps(export))
    assert judge(next(histories(file)), registry()).status == "ok"


def test_all_executions_of_an_export_of_a_database_are_read(database, tmp_path):
    file = tmp_path / "export.zst"
    assert archive.export(database[0], file, "acceptance") == 4
    found = list(histories(file))
    assert len(found) == 4
    assert [judge(each, registry()).status for each in found] == ["ok"] * 4


def test_lines_of_json_are_read_uncompressed_too(database, tmp_path):
    file = tmp_path / "many.jsonl"
    lines = [json.dumps(json.loads(saved(each))) for each in database[1].values()]
    file.write_text("\n".join(lines))
    assert [each.execution.workflow_id for each in histories(file)] == ["Plain", "Async"]


def test_a_mismatch_names_event_and_line(database):
    verdict = judge(database[1]["Plain"], registry(changed))
    assert verdict.status == "mismatch"
    assert verdict.event_id == 11
    source = Path(changed.__file__).read_text(encoding="utf-8").splitlines()
    line = 1 + source.index("        return self.double([first]).result()")
    assert verdict.place == f"{changed.__file__}:{line} in Plain.run"


def test_a_type_without_code_is_named(database):
    history = replace(database[1]["Plain"], type=TypeId(name="Gone", version="1"))
    verdict = judge(history, registry())
    assert verdict.status == "unknown"
    assert "Plain 1" in verdict.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no execution is in it"),
        ("{}", "no execution is in it"),
        ("[1, 2]", "no execution is in it"),
        ("nonsense", "nonsense"),
        ('{"events": []}', "does not begin with its first event"),
        ('{"events": [{"eventId": 1}]}', "no events of SWF"),
        (
            '{"events": [{"eventId": 1, "eventTimestamp": 1, "eventType": "New"}]}',
            "no events of SWF",
        ),
        ('{"events": 3}', "no events of SWF"),
        ('{"events": [3]}', "no events of SWF"),
    ],
)
def test_a_file_that_holds_no_history_is_named(text, words, tmp_path):
    file = tmp_path / "odd-nonsense.json"
    file.write_text(text)
    with pytest.raises(HistoryFileError, match=words) as caught:
        list(histories(file))
    assert str(file) in str(caught.value)


def test_a_folder_without_histories_is_named(tmp_path):
    (tmp_path / "README.md").write_text("nothing")
    with pytest.raises(HistoryFileError, match="no file in it"):
        list(histories(tmp_path))
