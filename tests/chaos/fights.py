"""Eight processes fight over one run's state, over one project's queue, and monitors are killed.

Each fight lasts some seconds; what each process was told that it had done is compared with what the
database and the folders say in the end.
"""

import contextlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from flowy.catalog.base import GroupObject, WorkflowObject
from flowy.catalog.database import DB
from flowy.catalog.run import RunManager
from flowy.catalog.sweeper import Swept, sweep
from flowy.catalog.workflow import state as st
from flowy.errors import CatalogError, IllegalMove, UnknownInProject
from flowy.project import Monitor, MonitorOptions, Project, create_project
from flowy.project.growing import settle
from flowy.project.lifecycle import Claim, Ending, Starter, claim_next, end
from flowy.volume.base import IOBuffer
from flowy.volume.manager import open_volume

FIGHTERS = 8
ROOT = Path(__file__).parents[2]
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


def _fought(target, *arguments):
    """Let the fighters fight, and return what each was told, in one list."""
    fighters, lines = [], []
    for number in range(FIGHTERS):
        line, answers = CONTEXT.Pipe(duplex=False)
        fighters.append(CONTEXT.Process(target=target, args=(*arguments, number, answers)))
        fighters[-1].start()
        answers.close()
        lines.append(line)
    told = [each for line in lines for each in line.recv()]
    for fighter in fighters:
        fighter.join()
    assert [fighter.exitcode for fighter in fighters] == [0] * FIGHTERS
    return told


# -------------------------------------------------------------------------------- one run's state


def over_a_run(url: str, folder: Path, seconds: float) -> dict[str, int]:
    """Fight over the state and the files of one run; when it has ended, over the next one."""
    database = DB(url)
    database.init()
    runstore = open_volume(folder / "run")
    runstore.store(IOBuffer(b"{}"), "A.json")
    with database.session() as session:
        group = GroupObject(name="fight", workflow=WorkflowObject(name="fight"))
        session.add(group)
        session.commit()
        group_id = group.group_id
    told = _fought(_fight_over_runs, url, str(folder), group_id, seconds)
    found = _check_runs(database, folder, told)
    database.close()
    return found


def _fight_over_runs(url, folder, group_id, seconds, number, answers):
    chance, told = random.Random(number), []
    end = time.monotonic() + seconds
    with DB(url).session() as session:
        runs = RunManager(session, open_volume(f"{folder}/files"))
        while time.monotonic() < end:
            active = runs.list_all_runs(st.ACTIVE_STATES, limit=1)
            if not active:
                run = runs.create_run(group=session.get(GroupObject, group_id))
                told.append(("created", run.run_id, None, None))
                continue
            verb = chance.choice(_VERBS)
            try:
                told.extend(verb(runs, active[0].run_id, f"{folder}/run", number, len(told)))
            except CatalogError:
                session.rollback()
    answers.send(told)


def _change(runs, run_id, runstore, number, _count, make):
    state = make(number)  # the run that is returned may have been changed again by then
    changed = runs.update_run(run_id, state, open_volume(runstore))
    return [] if changed is None else [("changed", run_id, state.type_id, number)]


def _store(runs, run_id, _runstore, number, count):
    text = f"{number} {count}"
    runs.store_runfile(run_id, IOBuffer(text.encode()), f"{number}/{count}")
    return [("stored", run_id, f"{number}/{count}", text)]


def _verb(make):
    return lambda *arguments: _change(*arguments, make)


_VERBS = [
    _store,
    _store,
    _verb(lambda _: st.StateRunning()),
    _verb(lambda number: st.StateCanceled(messages=[str(number)])),
    _verb(lambda number: st.StateError(messages=[str(number)])),
    _verb(lambda _: st.StateSuccess(files=["A.json"])),
]


def _check_runs(database, folder, told):
    files = open_volume(folder / "files")
    changed = [line for line in told if line[0] == "changed"]
    starts = Counter(run_id for _, run_id, state, _ in changed if state == st.STATE_RUNNING)
    ends = {run_id: (state, who) for _, run_id, state, who in changed if state in _ENDS}
    assert set(starts.values()) <= {1}
    assert len(ends) == sum(state in _ENDS for _, _, state, _ in changed), "a run has ended twice"
    with database.session() as session:
        assert sweep(session, files, scan=True) == Swept()
        runs = RunManager(session, files)
        listed = {run.run_id: run for run in runs.list_all_runs()}
        assert sorted(listed) == sorted(run_id for what, run_id, *_ in told if what == "created")
        for run_id, run in listed.items():
            state, who = ends.get(run_id, (None, None))
            assert (run.state_type in _ENDS) == (state is not None)
            assert state in (None, run.state_type)
            if state in (st.STATE_CANCELED, st.STATE_ERROR):
                assert run.state().messages == [str(who)]
        for what, run_id, key, text in told:
            if what == "stored":
                with runs.get_runfile(run_id, key=key).open() as stream:
                    assert stream.read().decode() == text
        rows = sum(len(run.files) for run in listed.values())
    stored = sum(what == "stored" for what, *_ in told)
    successes = sum(state == st.STATE_SUCCESS for state, _ in ends.values())
    assert rows == stored + successes == len(files.walk(""))
    return {"runs": len(listed), "changes": len(changed), "files": rows}


_ENDS = frozenset({st.STATE_CANCELED, st.STATE_ERROR, st.STATE_SUCCESS})


# --------------------------------------------------------------------------- one project's queue


def over_a_queue(url: str, folder: Path, seconds: float) -> dict[str, int]:
    """Queue, claim, complete and kill the processes of one project."""
    with create_project("fight", folder / "project", url=url) as project:
        for label in ("first", "second"):
            project.new_script(label).set_filename("none.py")
        project.script("second").add_dependency("first")
        project.run_script("first")
        told = _fought(_fight_over_queue, url, seconds)
        return _check_queue(project, told)


def _fight_over_queue(url, seconds, number, answers):
    chance, told = random.Random(number), []
    end = time.monotonic() + seconds
    with Project("fight", url=url) as project:
        while time.monotonic() < end:
            action = chance.choices(_ACTIONS, _WEIGHTS)[0]
            with contextlib.suppress(IllegalMove, UnknownInProject):
                told.extend(action(project, number, chance))
    answers.send(told)


def _run(project, number, _chance):
    project.process(1).append_data("notes", number)
    return [("noted", number, None), ("made", project.run_script("first").id, None)]


def _serve(project, number, chance):
    starter = Starter(
        host=f"host {number}", now=project.clock.now(), log="n", owner=str(number), lease_until=9e9
    )
    claim = project.write(lambda session: claim_next(session, project.id, starter, 1_000))
    if not isinstance(claim, Claim):
        return []
    process, attempt = claim.process.id, claim.process.attempt
    told = [("claimed", process, attempt)]
    if chance.random() < 0.8:
        message = f"by {number} at {attempt}"
        try:
            _end(project, process, attempt, message)
        except IllegalMove:
            return told  # somebody has killed it meanwhile
        told.append(("ended", process, message))
    return told


def _end(project, process, attempt, message):
    """End an attempt as its script does, which knows which one it is."""
    ending = Ending(succeeded=True, message=message, now=project.clock.now(), attempt=attempt)
    settle(project, project.write(lambda session: end(session, project.id, process, ending)))


def _kill(project, _number, chance):
    process = chance.choice(project.processes(limit=20))
    project.kill_tree(process.id)
    return []


def _queue(project, _number, chance):
    chance.choice(project.processes(limit=20)).queue()
    return []


_ACTIONS = (_run, _serve, _kill, _queue)
_WEIGHTS = (1, 6, 1, 2)


def _check_queue(project, told):
    claims = Counter(line for line in told if line[0] == "claimed")
    assert set(claims.values()) == {1}, "a process ran twice"
    made = Counter(number for what, number, _ in told if what == "made")
    assert set(made.values()) <= {1}
    noted = Counter(number for what, number, _ in told if what == "noted")
    assert Counter(project.process(1).data.get("notes", [])) == noted
    histories = {each.id: each.history() for each in project.processes()}
    for number, history in histories.items():
        assert [each.number for each in history] == list(range(1, len(history) + 1))
        assert len(history) == sum(1 for _, process, _ in claims if process == number)
    for what, process, message in told:
        if what == "ended":
            assert message in [each.message for each in histories[process]], "an end was lost"
    return {"processes": len(histories), "claims": len(claims)}


# ------------------------------------------------------------------------------- killed monitors

SCRIPT = """
import time
import flowy.project as wm
if __name__ == "__main__":
    process = wm.get_project_process()
    with open(process.get_workspace("runs").path("n"), "a") as file:
        file.write("x")
    time.sleep({pause})
    process.completed(message="done")
"""

MONITOR = (
    "import sys\n"
    "from flowy.project import *\n"
    "project = Project('monitored', url=sys.argv[1])\n"
    "Monitor(project, MonitorOptions(cores=2, sleep=0.1, lease=1.0)).run()\n"
)


def with_killed_monitors(url: str, folder: Path, seconds: float, count: int) -> dict[str, int]:
    """Kill the monitors of a project again and again; their work is taken over after the lease."""
    (folder / "work.py").write_text(SCRIPT.format(pause=0.05))
    chance = random.Random(1)
    with create_project("monitored", folder / "project", url=url) as project:
        project.import_script(folder / "work.py")
        for _ in range(count):
            project.run_script("work")
        kills, end = 0, time.monotonic() + seconds
        monitors = [_monitor(url) for _ in range(2)]
        while time.monotonic() < end:
            threading.Event().wait(chance.uniform(0.3, 1.5))
            victim = monitors.pop(0)
            victim.kill()
            victim.wait()
            kills += 1
            monitors.append(_monitor(url))
        for monitor in monitors:
            monitor.kill()
            monitor.wait()
        options = MonitorOptions(cores=2, sleep=0.1, lease=1.0)
        Monitor(project, options).run(600, drain=True)
        found = project.processes("work")
        assert {(each.status, each.message) for each in found} == {("Success", "done")}
        for process in found:
            with process.get_workspace("runs", create=False).open_file("n") as file:
                assert len(file.read()) <= len(process.history())
    return {"processes": len(found), "killed monitors": kills}


def _monitor(url):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", MONITOR, url], env=environment)


# -------------------------------------------------------------------------------------- a tree

TREE = """
import os, subprocess, sys, time
import flowy.project as wm
if __name__ == "__main__":
    process = wm.get_project_process()
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)", {mark!r}]
    subprocess.Popen(sleeper)
    subprocess.Popen(["sh", "-c", "exec \\"$@\\" & wait", "sh", *sleeper])
    process.set_metadata("ready", True)
    time.sleep(600)
"""


def kill_a_tree(url: str, folder: Path) -> dict[str, int]:
    """Kill a tree whose scripts have children and grandchildren: nothing of it lives on."""
    mark = f"flowy-fight-{os.getpid()}-{folder.name}"
    (folder / "tree.py").write_text(TREE.format(mark=mark))
    with create_project("tree", folder / "project", url=url) as project:
        project.import_script(folder / "tree.py")
        roots = [project.run_script("tree") for _ in range(3)]
        monitor = Monitor(project, MonitorOptions(cores=3, sleep=0.05))
        thread = threading.Thread(target=monitor.run)
        thread.start()
        try:
            until(lambda: all(each.data["metadata"].get("ready") for each in roots))
            until(lambda: len(alive(mark)) >= 6)
            for each in roots:
                project.kill_tree(each.id)
            until(lambda: not alive(mark))
        finally:
            monitor.stop()
            thread.join()
            for pid in alive(mark):
                os.kill(pid, signal.SIGKILL)
        assert {each.message for each in roots} == {"Killed"}
    return {"trees": len(roots)}


def alive(mark):
    """Return the processes that have a word on their command line."""
    found = subprocess.run(["pgrep", "-f", mark], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def until(holds, seconds=60):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        threading.Event().wait(0.05)
