"""What the run manager's document says, sentence by sentence."""

import inspect
import io
import json
import tarfile
from typing import Any

import pytest

from flowy.catalog import error as err
from flowy.catalog import run as module
from flowy.catalog.base import GroupObject, RunFile, RunObject, WorkflowObject
from flowy.catalog.model.run import RunManager
from flowy.catalog.model.workflow.state import StateRunning, StateSuccess
from flowy.catalog.run import (
    read_run_results,
    store_run_files,
    validate_state_transition,
)
from flowy.catalog.template.schema import ResultSchema
from flowy.catalog.workflow import state as st
from flowy.errors import VolumeError
from flowy.volume.base import IOBuffer, StorageVolume
from flowy.volume.manager import open_volume
from tests.integration.catalog.conftest import Catalogue, make_group

STATES: dict[str, Any] = {
    "PENDING": st.StatePending,
    "RUNNING": st.StateRunning,
    "CANCELED": st.StateCanceled,
    "ERROR": st.StateError,
    "SUCCESS": lambda: st.StateSuccess(files=["A.json"]),
}
SAME = {(name, name) for name in STATES}
LEGAL = {("PENDING", "RUNNING")} | {
    (source, target) for source in ("PENDING", "RUNNING") for target in list(STATES)[2:]
}
SCHEMA = ResultSchema.from_dict(
    {
        "file": "A.json",
        "schema": [
            {"name": "A", "label": "a", "dtype": "float"},
            {"name": "deep", "label": "d", "dtype": "string", "path": "x/y", "required": False},
        ],
    }
)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("create_run", {"workflow": None, "group": None, "arguments": None, "runs": None}),
        ("delete_obsolete_runs", {"date": ..., "state": None}),
        ("delete_run", {"run_id": ...}),
        ("get_run", {"run_id": ...}),
        ("get_runarchive", {"run_id": ...}),
        ("get_runfile", {"run_id": ..., "file_id": None, "key": None}),
        ("list_obsolete_runs", {"date": ..., "state": None}),
        ("list_runs", {"group_id": ..., "state": None}),
        ("update_run", {"run_id": ..., "state": ..., "runstore": None}),
        ("__init__", {"session": ..., "fs": ...}),
    ],
)
def test_methods_take_what_the_document_says(name: str, parameters: dict[str, Any]) -> None:
    signature = inspect.signature(getattr(RunManager, name))
    taken = {
        key: ... if parameter.default is parameter.empty else parameter.default
        for key, parameter in signature.parameters.items()
        if key != "self" and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    }
    assert taken == parameters


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("read_run_results", ["run", "schema", "runstore"]),
        ("store_run_files", ["run", "files", "source", "target"]),
        ("validate_state_transition", ["current_state", "target_state", "valid_states"]),
    ],
)
def test_functions_take_what_the_document_says(name: str, parameters: list[str]) -> None:
    taken = list(inspect.signature(getattr(module, name)).parameters)
    assert taken[: len(parameters)] == parameters


def test_a_run_is_created_pending(catalogue: Catalogue) -> None:
    run = catalogue.create()
    assert (run.is_pending(), run.is_active(), run.arguments) == (True, True, [])
    assert len(run.run_id) == 32
    assert int(run.run_id, 16) > 0
    assert run.group_id == catalogue.group.group_id
    assert run.workflow_id == catalogue.workflow.workflow_id
    assert run.state() == st.StatePending()
    assert run.state().created_at == run.created_at


def test_arguments_are_kept(catalogue: Catalogue) -> None:
    arguments = [{"id": "A", "value": 10}, {"id": "B", "value": True}]
    run_id = catalogue.create(arguments=arguments).run_id
    catalogue.session.expire_all()
    assert catalogue.runs.get_run(run_id).arguments == arguments


def test_a_run_is_of_a_group_or_of_a_workflow(catalogue: Catalogue) -> None:
    workflow, group = catalogue.workflow, catalogue.group
    for wrong in (
        {},
        {"workflow": workflow, "group": group},
        {"group": group, "runs": ["A"]},
        {"workflow": workflow},
    ):
        with pytest.raises(ValueError, match=r"group|runs"):
            catalogue.runs.create_run(**wrong)
    assert catalogue.runs.list_all_runs() == []


def test_missing_runs_have_a_name(catalogue: Catalogue) -> None:
    with pytest.raises(err.MissingArgumentError, match="needs runs"):
        catalogue.runs.create_run(workflow=catalogue.workflow)
    with pytest.raises(err.UnknownRunError, match="unknown run 'nobody'"):
        catalogue.runs.create_run(workflow=catalogue.workflow, runs=["nobody"])
    assert catalogue.runs.list_all_runs() == []


def test_a_post_processing_run_makes_the_ranking(catalogue: Catalogue) -> None:
    first, second, third = (catalogue.create().run_id for _ in range(3))
    for ranking in ([second, first], [first, third]):
        run = catalogue.runs.create_run(workflow=catalogue.workflow, runs=ranking)
        assert run.group_id is None
        assert run.arguments == []
        assert catalogue.workflow.postproc_run_id == run.run_id
        assert catalogue.workflow.ranking() == ranking
    listed = catalogue.runs.list_runs(None)
    assert [one.run_id for one in listed][-1] == run.run_id
    assert len(listed) == 2


@pytest.mark.parametrize("target", list(STATES))
@pytest.mark.parametrize("source", list(STATES))
def test_each_pair_of_states(
    catalogue: Catalogue, runstore: StorageVolume, source: str, target: str
) -> None:
    run_id = catalogue.create().run_id
    catalogue.runs.update_run(run_id, STATES[source](), runstore=runstore)
    before = vars(catalogue.runs.get_run(run_id).state())
    if (source, target) in LEGAL:
        changed = catalogue.runs.update_run(run_id, STATES[target](), runstore=runstore)
        assert changed is not None
        assert changed.state_type == target
        return
    if (source, target) in SAME:
        assert catalogue.runs.update_run(run_id, STATES[target](), runstore=runstore) is None
    else:
        text = f"cannot change run in state {source} to state {target}"
        with pytest.raises(err.ConstraintViolationError, match=text):
            catalogue.runs.update_run(run_id, STATES[target](), runstore=runstore)
    assert vars(catalogue.runs.get_run(run_id).state()) == before


def test_there_are_twenty_five_pairs() -> None:
    assert len(LEGAL) == 7
    assert len(SAME) == 5


def test_running_sets_when_it_began(catalogue: Catalogue) -> None:
    run_id = catalogue.create().run_id
    state = StateRunning(started_at="2024-05-01T12:00:00.000000+00:00")
    run = catalogue.runs.update_run(run_id, state)
    assert run is not None
    assert run.started_at == "2024-05-01T12:00:00.000000+00:00"
    assert run.ended_at is None


@pytest.mark.parametrize("make", [st.StateCanceled, st.StateError])
def test_an_ended_run_keeps_its_messages_in_order(catalogue: Catalogue, make: Any) -> None:
    run_id = catalogue.create().run_id
    messages = ["There", "were", "many errors"]
    times = ("2024-05-01T12:00:00.000000+00:00", "2024-05-01T13:00:00.000000+00:00")
    run = catalogue.runs.update_run(run_id, make(None, *times, messages))
    assert run is not None
    assert (run.started_at, run.ended_at) == times
    assert run.state().messages == messages
    assert [message.pos for message in run.log] == [0, 1, 2]


def test_a_canceled_run_says_so(catalogue: Catalogue) -> None:
    run_id = catalogue.create().run_id
    run = catalogue.runs.update_run(run_id, st.StatePending().cancel())
    assert run is not None
    assert len(run.state().messages) == 1


def test_a_successful_run_has_its_files(
    catalogue: Catalogue, runstore: StorageVolume, fs: StorageVolume
) -> None:
    run_id = catalogue.create().run_id
    state = st.StatePending().start().success(files=["A.json", "run/results/B.json"])
    run = catalogue.runs.update_run(run_id=run_id, state=state, runstore=runstore)
    assert run is not None
    assert run.state().files == ["A.json", "run/results/B.json"]
    assert (run.started_at, run.ended_at) == (state.started_at, state.finished_at)
    keys = [f"{run.workflow_id}/runs/{run_id}/{key}" for key in state.files]
    assert [key for key, _ in fs.walk("")] == keys
    file = run.get_file(by_key="A.json")
    assert file is not None
    assert (file.name, file.mime_type, file.size) == ("A.json", "application/json", 8)
    assert run.get_file(by_id=file.file_id) is file
    assert run.get_file(by_key="C.json") is None
    for wrong in ({}, {"by_id": "a", "by_key": "b"}):
        with pytest.raises(ValueError, match="give one of"):
            run.get_file(**wrong)


def test_success_needs_a_runstore(catalogue: Catalogue) -> None:
    run_id = catalogue.create().run_id
    with pytest.raises(err.MissingArgumentError, match="without runstore"):
        catalogue.runs.update_run(run_id, StateSuccess(files=["A.json"]))
    assert catalogue.runs.get_run(run_id).is_pending()


@pytest.mark.parametrize("key", ["missing", "../A.json", "/A.json", "", "x" * 10_000, "a\0", "ж/я"])
def test_a_file_that_is_not_there_keeps_the_run_as_it_was(
    catalogue: Catalogue, runstore: StorageVolume, fs: StorageVolume, key: str
) -> None:
    run_id = catalogue.create().run_id
    with pytest.raises((err.UnknownFileError, VolumeError)):
        catalogue.runs.update_run(run_id, StateSuccess(files=["A.json", key]), runstore)
    assert catalogue.runs.get_run(run_id).is_pending()
    assert fs.walk("") == []
    again = catalogue.runs.update_run(run_id, StateSuccess(files=["A.json"]), runstore)
    assert again is not None


def test_a_volume_that_is_full_keeps_the_run_as_it_was(
    catalogue: Catalogue, runstore: StorageVolume, fs: StorageVolume, monkeypatch: Any
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    run_id = catalogue.create().run_id
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(VolumeError, match="it is full"):
            catalogue.runs.update_run(run_id, StateSuccess(files=["A.json"]), runstore)
    assert catalogue.runs.get_run(run_id).is_pending()
    assert catalogue.runs.update_run(run_id, StateSuccess(files=["A.json"]), runstore) is not None


def test_unknown_runs_have_a_name(catalogue: Catalogue) -> None:
    runs = catalogue.runs
    for ask in (
        lambda: runs.get_run("x"),
        lambda: runs.update_run("x", StateRunning()),
        lambda: runs.delete_run("x"),
        lambda: runs.get_runarchive("x"),
        lambda: runs.get_runfile("x", key="a"),
    ):
        with pytest.raises(err.UnknownRunError, match="unknown run 'x'"):
            ask()
    assert issubclass(err.UnknownRunError, err.UnknownObjectError)
    assert issubclass(err.UnknownObjectError, err.FlowservError)


def test_runs_of_a_group_by_state(catalogue: Catalogue) -> None:
    group_id = catalogue.group.group_id
    made = [catalogue.create().run_id for _ in range(4)]
    catalogue.runs.update_run(made[0], StateRunning())
    catalogue.runs.update_run(made[1], st.StateError())

    def listed(state: Any = None) -> list[str]:
        return [run.run_id for run in catalogue.runs.list_runs(group_id, state=state)]

    assert listed() == made
    assert listed(st.STATE_ERROR) == [made[1]]
    assert listed(st.STATE_SUCCESS) == []
    assert listed(["RUNNING", "ERROR"]) == listed(("RUNNING", "ERROR")) == made[:2]
    assert listed([]) == []
    assert catalogue.runs.list_runs("nobody") == []


def test_runs_come_in_pages(catalogue: Catalogue) -> None:
    made = [catalogue.create().run_id for _ in range(5)]
    pages, after = [], None
    while page := catalogue.runs.list_runs(catalogue.group.group_id, limit=2, after=after):
        pages.append([run.run_id for run in page])
        after = pages[-1][-1]
    assert pages == [made[:2], made[2:4], made[4:]]
    assert catalogue.runs.list_runs(catalogue.group.group_id, after="nobody") == []


def test_deleting_takes_rows_and_files(
    catalogue: Catalogue, runstore: StorageVolume, fs: StorageVolume
) -> None:
    run_id = catalogue.create().run_id
    catalogue.runs.update_run(run_id, StateSuccess(files=["A.json"]), runstore)
    catalogue.runs.delete_run(run_id)
    with pytest.raises(err.UnknownRunError):
        catalogue.runs.get_run(run_id)
    assert fs.walk("") == []
    assert catalogue.session.query(RunFile).all() == []
    with pytest.raises(err.UnknownRunError):
        catalogue.runs.delete_run(run_id)


def test_active_runs_and_ranked_ones_can_be_deleted_too(catalogue: Catalogue) -> None:
    first = catalogue.create().run_id
    ranking = catalogue.runs.create_run(workflow=catalogue.workflow, runs=[first]).run_id
    catalogue.runs.delete_run(first)
    assert catalogue.workflow.ranking() == []
    catalogue.runs.delete_run(ranking)
    assert catalogue.workflow.postproc_run_id is None


def test_obsolete_runs_are_those_before_an_instant(catalogue: Catalogue) -> None:
    old, older, ranked, young = (catalogue.create() for _ in range(4))
    old.created_at = "2024-05-01T12:00:00+02:00"
    older.created_at = "2024-05-01T09:00:00.5+00:00"
    ranked.created_at = "2024-04-01"
    catalogue.session.commit()
    catalogue.runs.update_run(older.run_id, st.StateError())
    catalogue.runs.create_run(workflow=catalogue.workflow, runs=[ranked.run_id])

    def obsolete(*arguments: Any) -> list[RunObject]:
        return catalogue.runs.list_obsolete_runs(*arguments)

    assert obsolete("2024-05-01T10:30:00+00:00") == [older, old]
    assert obsolete("2024-05-01T11:30:00+02:00") == [older]
    assert obsolete("2024-05-02", "PENDING") == [old]
    with pytest.raises(ValueError, match="is not a moment"):
        obsolete("the day before")
    assert catalogue.runs.delete_obsolete_runs("2024-05-02", "ERROR") == 1
    assert obsolete("2024-05-02") == [old]
    assert catalogue.runs.delete_obsolete_runs(date="2024-05-02") == 1
    assert catalogue.runs.delete_obsolete_runs(date="2024-05-02") == 0
    assert catalogue.runs.get_run(young.run_id) is young


def test_a_file_is_found_by_id_or_key(catalogue: Catalogue, runstore: StorageVolume) -> None:
    run_id = catalogue.create().run_id
    run = catalogue.runs.update_run(run_id, StateSuccess(files=["run/results/B.json"]), runstore)
    assert run is not None
    for by in ({"file_id": run.files[0].file_id}, {"key": "run/results/B.json"}):
        handle = catalogue.runs.get_runfile(run_id, **by)
        assert (handle.name, handle.mime_type, handle.size()) == (
            "run/results/B.json",
            "application/json",
            8,
        )
        with handle.open() as stream:
            assert json.load(stream) == {"B": 1}
    for wrong in ({}, {"file_id": "a", "key": "b"}):
        with pytest.raises(ValueError, match="exactly one"):
            catalogue.runs.get_runfile(run_id, **wrong)
    for unknown in ({"file_id": "nope"}, {"key": "nope"}):
        with pytest.raises(err.UnknownFileError, match="unknown file 'nope'"):
            catalogue.runs.get_runfile(run_id, **unknown)


def test_an_archive_has_all_files(catalogue: Catalogue, runstore: StorageVolume) -> None:
    run_id = catalogue.create().run_id
    for _ in range(2):
        with pytest.raises(err.UnknownRunError):
            catalogue.runs.get_runarchive(run_id)
        catalogue.runs.update_run(run_id, StateRunning())
    files = ["run/results/B.json", "A.json"]
    catalogue.runs.update_run(run_id, StateSuccess(files=files), runstore)
    archive = catalogue.runs.get_runarchive(run_id)
    assert (archive.name, archive.mime_type) == (f"run.{run_id}.tar.gz", "application/gzip")
    with archive.open() as stream:
        data = stream.read()
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        assert tar.getnames() == ["A.json", "run/results/B.json"]
    assert archive.size() == len(data)


def test_only_declared_outputs_are_kept(
    catalogue: Catalogue, runstore: StorageVolume, fs: StorageVolume
) -> None:
    group = make_group(catalogue.session, outputs=[{"source": "A.json"}])
    run = catalogue.runs.create_run(group=group)
    done = catalogue.runs.update_run(
        run.run_id, StateSuccess(files=["A.json", "run/results/B.json"]), runstore
    )
    assert done is not None
    assert done.state().files == ["A.json"]


def test_a_post_processing_run_has_outputs_of_its_own(
    catalogue: Catalogue, runstore: StorageVolume
) -> None:
    specification = {"outputs": [{"source": "run/results/B.json"}]}
    for declared, kept in ((specification, "run/results/B.json"), (None, "A.json")):
        group = make_group(
            catalogue.session, postproc_spec=declared, outputs=[{"source": "C.json"}]
        )
        assert group.workflow.run_postproc == (declared is not None)
        run = catalogue.runs.create_run(workflow=group.workflow, runs=[])
        done = catalogue.runs.update_run(run.run_id, StateSuccess(files=["A.json"]), runstore)
        assert done is not None
        assert done.state().files == [kept]


def test_files_of_a_run_can_be_stored_by_hand(
    catalogue: Catalogue, runstore: StorageVolume, tmp_path: Any
) -> None:
    target = open_volume(tmp_path / "target")
    files = store_run_files(catalogue.create(), ["A.json", "A.json"], runstore, target)
    assert [(file.key, file.name, file.size) for file in files] == [("A.json", "A.json", 8)]
    assert [key for key, _ in target.walk("")] == ["A.json"]
    with pytest.raises(err.UnknownFileError):
        store_run_files(catalogue.create(), ["missing"], runstore, target)


def test_the_result_is_read_by_the_schema(catalogue: Catalogue, runstore: StorageVolume) -> None:
    group = make_group(catalogue.session, result_schema=SCHEMA)
    run = catalogue.runs.create_run(group=group)
    done = catalogue.runs.update_run(run.run_id, StateSuccess(files=["A.json"]), runstore)
    assert done is not None
    assert done.result == {"A": 1.0}
    assert isinstance(done.result["A"], float)


@pytest.mark.parametrize("content", [b"{}", b'{"A": "x"}', b'{"A": null}', b"[1]", b"no json"])
def test_a_result_that_cannot_be_read_leaves_a_trace(
    catalogue: Catalogue, runstore: StorageVolume, content: bytes
) -> None:
    runstore.store(IOBuffer(content), "A.json")
    group = make_group(catalogue.session, result_schema=SCHEMA)
    run = catalogue.runs.create_run(group=group)
    with pytest.raises(err.ConstraintViolationError):
        read_run_results(run, group.workflow.result_schema, runstore)
    done = catalogue.runs.update_run(run.run_id, StateSuccess(files=["A.json"]), runstore)
    assert done is not None
    assert (done.is_success(), done.result) == (True, None)
    assert "no result:" in done.log[0].message


def test_results_can_be_read_by_hand(catalogue: Catalogue, runstore: StorageVolume) -> None:
    run = catalogue.create()
    runstore.store(IOBuffer(b'{"A": 2, "x": {"y": 7}}'), "A.json")
    assert SCHEMA is not None
    read_run_results(run, SCHEMA, runstore)
    assert run.result == {"A": 2.0, "deep": "7"}
    run.result = None
    runstore.delete("A.json")
    read_run_results(run, SCHEMA, runstore)
    assert run.result is None


def test_transitions_can_be_checked_by_hand() -> None:
    validate_state_transition("PENDING", "RUNNING", ["PENDING"])
    with pytest.raises(
        err.ConstraintViolationError, match="cannot change run in state ERROR to state RUNNING"
    ):
        validate_state_transition("ERROR", "RUNNING", ["PENDING"])


def test_deleting_a_workflow_deletes_its_groups_and_runs(catalogue: Catalogue) -> None:
    catalogue.create()
    catalogue.session.delete(catalogue.workflow)
    catalogue.session.commit()
    for kind in (RunObject, GroupObject, WorkflowObject):
        assert catalogue.session.query(kind).all() == []
