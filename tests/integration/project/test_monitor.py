"""The monitor with real interpreters: verdicts, cores, limits, logs, kills, takeovers."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from flowy.clock import SystemClock
from flowy.errors import IllegalMove
from flowy.project import Monitor, MonitorOptions, Project, start_process_monitor
from flowy.project.lifecycle import Ending, Starter, claim, claim_next, end
from flowy.project.liveness import Life, birth, life, this_host
from flowy.project.states import STARTABLE

WAIT = "import pathlib, time\nwhile not pathlib.Path({!r}).exists(): time.sleep(0.02)\n"


def until(condition, seconds=60):
    """Wait until something holds."""
    clock = SystemClock()
    end = clock.now() + seconds
    waiting = threading.Condition()
    while not condition():
        assert clock.now() < end, "it did not come to hold"
        with waiting:
            clock.wait(waiting, clock.now() + 0.02)


def gone(pid):
    return life(pid, None) is not Life.ALIVE


def test_a_script_runs_with_the_documented_words_in_the_scripts_folder(home, script, drain):
    made = script(
        "words",
        "import os, sys\nprint(sys.argv[1:], os.getcwd())\nprint('oops', file=sys.stderr)\n"
        "process.completed()",
        run_program=sys.executable,
    )
    process = home.run_script("words")
    drain()
    lines = process.log_lines()
    assert process.status == "Success"
    assert lines[2] == f"Process Command: {sys.executable} {made.path} lab 1"
    assert f"['lab', '1'] {home.scripts_dir}" in lines
    assert "oops" in lines


@pytest.mark.parametrize(
    "does",
    [
        "pass",
        "raise SystemExit(3)",
        "import os; os._exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os\nif os.fork(): os._exit(0)",
    ],
    ids=["silent", "raises", "exits", "dies", "forks"],
)
def test_a_script_that_never_completes_is_lost(home, script, drain, does):
    script("lost", does)
    process = home.run_script("lost")
    drain()
    assert (process.status, process.message) == ("Failure", "Process lost")
    assert "Process lost: " in process.log_lines()[-1]


def test_a_program_that_is_not_there_is_named(home, script, drain):
    script("none", run_program="/no/such/python")
    process = home.run_script("none")
    drain()
    assert process.status == "Failure"
    assert "/no/such/python" in process.message


def test_the_time_limit_kills(home, script, drain):
    script("slow", "import time; time.sleep(60)", time_limit=0.5)
    process = home.run_script("slow")
    drain()
    assert (process.status, process.message) == ("Failure", "Time limit exceeded")
    assert gone(process.data["pid"])


def test_every_attempt_is_in_the_history_and_the_newest_logs_are_kept(home, script, drain):
    script("again", "process.completed(bool(process.arguments['good']), 'm')")
    process = home.run_script("again", {"good": 0})
    drain()
    process.queue({"good": 1})
    drain()
    first, second = process.history()
    assert (first.number, first.status, second.number, second.status) == (
        1,
        "Failure",
        2,
        "Success",
    )
    assert (first.message, first.host, second.ended is None) == ("m", this_host(), False)
    for day in range(10, 16):
        (Path(process.process_dir) / f"202001{day}000000.log").write_text("old")
    process.queue()
    drain()
    kept = process.get_list_of_logs()
    assert len(kept) in (3, 4)  # two attempts of one second share a log
    assert kept[-1] > "20200112"


def test_the_log_is_printed(home, script, drain, capsys):
    script("speaks", "print('one\\ntwo')\nprocess.completed()")
    process = home.run_script("speaks")
    drain()
    process.log(1)
    assert capsys.readouterr().out == "two\n"
    process.log()
    assert capsys.readouterr().out.endswith("one\ntwo\n")


def test_what_is_first_and_fits_is_started(home):
    for label, cores in (("wide", 3), ("narrow", 1)):
        home.new_script(label).set_filename("none.py")
        home.script(label).set_cores_required(cores)
    home.run_script("wide")
    home.run_script("narrow")
    home.run_script("narrow")
    starter = Starter(host="here", now=1.0, log="none.log", owner="me", lease_until=9.0)

    def taken(cores):
        found = home.write(lambda session: claim_next(session, home.id, starter, cores))
        return None if found is None else found.process.id

    assert [taken(2), taken(2), taken(2)] == [2, 3, None]
    assert home.total_used_cores() == 2
    home.process(2).completed()
    assert taken(2) is None
    home.process(3).completed()
    assert taken(2) == 1


def test_the_next_process_is_found_and_started_by_hand(home, script, drain):
    script("plain")
    assert home.start_next_process() is None
    process = home.run_script("plain")
    assert home.get_next_process() == process
    assert home.start_next_process() == process
    with pytest.raises(IllegalMove):
        process.start()
    drain()
    assert process.status == "Success"


def test_killing_leaves_no_child_alive(home, script, tmp_path):
    script(
        "family",
        f"""
        import os, subprocess, sys, time
        code = "import os, time; open({str(tmp_path)!r} + f'/{{os.getpid()}}', 'w'); time.sleep(60)"
        subprocess.Popen([sys.executable, '-c', code])
        subprocess.Popen([sys.executable, '-c', code], start_new_session=True)
        time.sleep(60)
        """,
    )
    process = home.run_script("family")
    process.start()

    def children():
        return [int(each.name) for each in tmp_path.iterdir() if each.name.isdigit()]

    until(lambda: len(children()) == 2)
    pid = process.data["pid"]
    process.kill()
    assert (process.status, process.message) == ("Failure", "Killed")
    until(lambda: all(map(gone, [pid, *children()])))


def test_what_another_machine_runs_is_killed_by_the_monitor_there(home, script, tmp_path):
    script("slow", f"open({str(tmp_path / 'runs')!r}, 'w')\nimport time; time.sleep(60)")
    process = home.run_script("slow")
    monitor = Monitor(home, MonitorOptions(sleep=0.1), host="far away")
    thread = threading.Thread(target=monitor.run)
    thread.start()
    until((tmp_path / "runs").exists)
    process.kill()
    until(lambda: gone(process.data["pid"]))
    monitor.stop()
    thread.join()
    assert process.message == "Killed"


def test_an_attempt_that_was_overtaken_cannot_record_its_outcome(home, script, tmp_path, drain):
    gate = tmp_path / "gate"
    script("late", WAIT.format(str(gate)) + "process.completed(True, 'late')")
    process = home.run_script("late")
    process.start()
    until(lambda: process.data.get("pid"))
    first = process.data["pid"]
    starter = Starter(host="far away", now=1.0, log="none.log")
    process.completed(False, "given up")
    home.write(lambda session: claim(session, home.id, 1, starter, STARTABLE))
    gate.touch()
    until(lambda: gone(first))
    assert process.status == "processing"
    assert any("attempt 1 is not its last one, 2" in line for line in process.log_lines())


def test_a_script_that_was_started_by_hand_outlives_its_starter(home, script, drain):
    script("brief", "process.completed(True, 'alone')")
    process = home.run_script("brief")
    code = "from flowy.project import *; Project('lab').process(1).start()"
    subprocess.run([sys.executable, "-c", code], check=True)
    until(lambda: process.status == "Success")
    assert process.message == "alone"


def test_a_monitor_leaves_before_its_time(home, script):
    script("plain")
    home.run_script("plain")
    before = SystemClock().now()
    start_process_monitor("lab", minutes_alive=6 / 60, sleep_time=0.1)
    assert SystemClock().now() - before < 30
    assert home.process(1).status in ("Success", "processing")


def lost_monitor(home, text="", **names):
    """Run a monitor in a process of its own, kill it once a script runs, and return its process."""
    code = (
        "from flowy.project import *\n"
        "Monitor(Project('lab'), MonitorOptions(sleep=0.1, lease=0.5)).run()"
    )
    monitor = subprocess.Popen([sys.executable, "-c", code])
    until(lambda: home.active_processes() and home.active_processes()[0].data.get("pid"))
    monitor.kill()
    monitor.wait()
    return home.active_processes()[0]


def quick(home, **names):
    return Monitor(home, MonitorOptions(sleep=0.1, lease=0.5), **names)


def test_what_runs_on_is_taken_over_from_a_killed_monitor(home, script, tmp_path):
    gate = tmp_path / "gate"
    script("long", WAIT.format(str(gate)) + "process.completed(True, 'once')")
    script("after", depends_on=["long"])
    home.run_script("long")
    process = lost_monitor(home)
    monitor = quick(home)
    until(lambda: (monitor.cycle(), process._record().owner == monitor.owner)[1])
    gate.touch()
    monitor.run(60, drain=True)
    assert (process.status, process.message, len(process.history())) == ("Success", "once", 1)
    assert home.process(2).status == "Success"


def test_what_was_lost_with_its_monitor_is_queued_again(home, script, tmp_path):
    mark = str(tmp_path / "second")
    script(
        "twice",
        f"import os, time\nif os.path.exists({mark!r}): process.completed()\nelse: time.sleep(60)",
    )
    home.run_script("twice")
    process = lost_monitor(home)
    os.killpg(process.data["pid"], signal.SIGKILL)
    Path(mark).touch()
    quick(home).run(60, drain=True)
    assert process.status == "Success"
    assert [each.message for each in process.history()] == ["Monitor lost", ""]


def test_what_takes_every_monitor_with_it_is_given_up(timed, chain, clock):
    timed.run_script("third")
    process = timed.process(1)
    for number in range(4):
        starter = Starter(
            host="far",
            now=clock.now(),
            log="none.log",
            owner=str(number),
            lease_until=clock.now() + 5,
        )
        assert timed.write(lambda session, by=starter: claim_next(session, timed.id, by, 1))
        Monitor(timed).check()
        assert process.status == "processing"
        clock.advance(6)
        Monitor(timed).check()
    assert (process.status, process.message) == ("Failure", "Process lost")
    assert len(process.history()) == 4


def test_a_lease_that_is_renewed_is_not_taken_over(timed, chain, clock):
    timed.run_script("third")
    starter = Starter(host="far", now=clock.now(), log="n", owner="it", lease_until=clock.now() + 5)
    timed.write(lambda session: claim_next(session, timed.id, starter, 1))
    other = Monitor(timed, MonitorOptions(lease=5))
    other.owner = "it"
    clock.advance(4)
    other.renew()
    clock.advance(4)
    Monitor(timed).check()
    assert timed.process(1).status == "processing"


def started(home, pid, born, now=1.0):
    """Give the process an interpreter of this machine that nobody holds."""
    from flowy.project.lifecycle import started as note

    starter = Starter(host=this_host(), now=now, log="none.log")
    taken = home.write(lambda session: claim(session, home.id, 1, starter, STARTABLE))
    home.write(lambda session: note(session, home.id, taken.process, pid, born))


def test_a_zombie_is_defunct(chain):
    child = subprocess.Popen([sys.executable, "-c", ""])
    until(lambda: life(child.pid, None) is Life.DEFUNCT)
    chain.run_script("third")
    started(chain, child.pid, birth(child.pid))
    chain.check_active_processes()
    assert chain.process(1).message == "Process defunct"
    child.wait()


def test_a_pid_that_is_anothers_by_now_is_lost(chain):
    chain.run_script("third")
    started(chain, os.getpid(), "1")
    chain.check_active_processes()
    assert chain.process(1).message == "Process lost"


def test_the_time_limit_holds_for_what_was_started_by_hand(chain):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    chain.script("third").set_time_limit(5)
    chain.run_script("third")
    started(chain, child.pid, birth(child.pid))
    chain.check_active_processes()
    assert chain.process(1).message == "Time limit exceeded"
    assert child.wait() == -signal.SIGKILL


def test_an_interpreter_that_never_came_is_lost_after_a_while(timed, chain, clock):
    timed.run_script("third")
    starter = Starter(host=this_host(), now=clock.now(), log="none.log")
    timed.write(lambda session: claim(session, timed.id, 1, starter, STARTABLE))
    timed.check_active_processes()
    assert timed.process(1).status == "processing"
    clock.advance(61)
    timed.check_active_processes()
    assert timed.process(1).message == "Process lost"


def test_what_runs_when_a_monitor_leaves_runs_on(home, script, tmp_path, drain):
    gate = tmp_path / "gate"
    script("long", WAIT.format(str(gate)) + "process.completed()")
    process = home.run_script("long")
    monitor = quick(home)
    monitor.cycle()
    monitor.stop()
    monitor.run()
    record = process._record()
    assert (record.status, record.owner, record.lease_until) == ("processing", None, None)
    gate.touch()
    drain()
    assert process.status == "Success"


def test_a_dropped_project_keeps_its_folder(home, chain):
    from flowy.errors import UnknownInProject
    from flowy.project import create_project, drop_database, list_projects

    home.run_script("first")
    assert [each.name for each in list_projects()] == ["lab"]
    drop_database("lab")
    assert list_projects() == []
    assert Path(home.scripts_dir).is_dir()
    with pytest.raises(UnknownInProject, match=r"not in .* any more"):
        home.new_workspace()
    with pytest.raises(UnknownInProject, match="unknown project 'lab'"):
        Project("lab")
    with create_project("lab", home.root) as again:
        assert again.list_processes() == []


def test_a_second_project_of_a_name_is_refused(home, tmp_path):
    from flowy.errors import AlreadyInProject
    from flowy.project import create_project

    with pytest.raises(AlreadyInProject, match="'lab' already"):
        create_project("lab", tmp_path / "other")


def test_an_attempt_that_was_killed_does_not_end_the_process_that_is_queued_again(home, script):
    script("late", "")
    process = home.run_script("late")
    starter = Starter(host="far away", now=1.0, log="none.log")
    home.write(lambda session: claim(session, home.id, process.id, starter, STARTABLE))
    process.kill()
    process.queue()
    late = Ending(succeeded=True, message="late", now=2.0, attempt=1)
    with pytest.raises(IllegalMove, match="it is pending"):
        home.write(lambda session: end(session, home.id, process.id, late))
    assert process.status == "pending"
    assert [attempt.message for attempt in process.history()] == ["Killed"]
