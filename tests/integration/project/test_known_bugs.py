"""What the known release does wrong, and is tested nowhere else."""

import threading

from flowy.project import Monitor, MonitorOptions


def test_the_workspaces_of_a_process_are_listed(chain):
    process = chain.run_script("third")
    first, second = process.get_workspace("one"), process.get_workspace("two")
    assert [each.id for each in process.get_workspaces()] == [first.id, second.id]


def test_the_message_of_a_fast_script_is_never_lost(home, script):
    script("fast", "process.completed(True, f'message {process.id}')")
    monitor = Monitor(home, MonitorOptions(cores=4, sleep=0.02))
    for _ in range(8):
        home.run_script("fast")
    monitor.run(120, drain=True)
    found = home.list_processes()
    assert [each.message for each in found] == [f"message {each.id}" for each in found]


def test_a_monitor_survives_a_script_that_exits_without_a_word(home, script):
    script("mute", "pass")
    script("fine")
    home.run_script("mute")
    home.run_script("fine")
    Monitor(home, MonitorOptions(sleep=0.02)).run(120, drain=True)
    assert [each.status for each in home.list_processes()] == ["Success", "Failure"]


def test_threads_of_one_program_share_a_project(chain):
    numbers = []

    def make():
        numbers.extend(chain.run_script("third").id for _ in range(10))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 41))
