"""Who waits for a task is woken once, in order, and no wake is lost."""

from hypothesis import given
from hypothesis import strategies as st

from flowy.service.notifier import Notifier, Watch
from flowy.service.store.tasks import TaskQueue

QUEUE = TaskQueue(domain=1, kind="activity", task_list="t")
OTHER = TaskQueue(domain=1, kind="decision", task_list="t")


def waiting(notifier: Notifier, count: int) -> tuple[list[Watch], list[int]]:
    woken: list[int] = []
    watches = [
        notifier.watch(QUEUE, lambda number=number: woken.append(number)) for number in range(count)
    ]
    return watches, woken


def test_as_many_are_woken_as_there_are_tasks_the_longest_waiting_first():
    notifier = Notifier()
    _, woken = waiting(notifier, 10_000)
    notifier.notify([QUEUE, OTHER, QUEUE])
    assert woken == [0, 1]
    notifier.notify([QUEUE])
    assert woken == [0, 1, 2]


def test_more_tasks_than_watches_wake_them_all():
    notifier = Notifier()
    _, woken = waiting(notifier, 2)
    notifier.wake(QUEUE, 5)
    assert woken == [0, 1]
    assert notifier.watched() == []


def test_another_list_wakes_nobody():
    notifier = Notifier()
    _, woken = waiting(notifier, 1)
    notifier.notify([OTHER])
    assert woken == []
    assert notifier.watched() == [QUEUE]


def test_who_goes_away_without_using_a_wake_passes_it_on():
    notifier = Notifier()
    watches, woken = waiting(notifier, 2)
    notifier.notify([QUEUE])
    watches[0].cancel()
    assert woken == [0, 1]
    watches[0].cancel()
    assert woken == [0, 1]


def test_who_goes_away_before_a_wake_is_left_out():
    notifier = Notifier()
    watches, woken = waiting(notifier, 2)
    watches[0].cancel()
    notifier.notify([QUEUE])
    assert woken == [1]
    watches[1].cancel()
    assert notifier.count(QUEUE) == 0


def test_who_looks_again_waits_at_the_end_and_passes_nothing_on():
    notifier = Notifier()
    watches, woken = waiting(notifier, 2)
    notifier.notify([QUEUE])
    watches[0].take()
    assert woken == [0]
    notifier.notify([QUEUE])
    notifier.notify([QUEUE])
    assert woken == [0, 1, 0]


def test_looking_again_without_a_wake_keeps_the_place():
    notifier = Notifier()
    watches, woken = waiting(notifier, 2)
    watches[0].take()
    notifier.notify([QUEUE])
    assert woken == [0]


def served(notifier: Notifier, poll: str = "poll") -> tuple[Watch, list[str]]:
    woken: list[str] = []
    watch = notifier.watch(QUEUE, lambda: woken.append("woken"), poll)
    return watch, woken


def test_only_who_has_looked_in_vain_is_served():
    notifier = Notifier()
    watch, woken = served(notifier)
    assert notifier.serve(QUEUE) is None
    assert watch.park()
    taken = notifier.serve(QUEUE)
    assert taken.poll == "poll"
    assert notifier.serve(QUEUE) is None
    taken.hand_over("task")
    assert woken == ["woken"]
    assert watch.take() == "task"


def test_who_was_woken_between_look_and_park_looks_again():
    notifier = Notifier()
    watch, _ = served(notifier)
    notifier.notify([QUEUE])
    assert not watch.park()
    assert watch.take() is None
    assert watch.park()


def test_nobody_leaves_while_a_task_is_on_its_way():
    notifier = Notifier()
    watch, _ = served(notifier)
    watch.park()
    taken = notifier.serve(QUEUE)
    assert not watch.leave()
    assert watch.take() is None
    assert watch.is_served
    taken.hand_over("task")
    assert not watch.leave()
    assert watch.take() == "task"
    assert not watch.is_served


def test_who_is_given_back_looks_again_and_may_leave():
    notifier = Notifier()
    watch, woken = served(notifier)
    watch.park()
    notifier.serve(QUEUE).give_back()
    assert woken == ["woken"]
    assert watch.take() is None
    assert not watch.is_served
    assert watch.leave()
    assert notifier.count(QUEUE) == 0


def test_who_looks_again_is_not_served_meanwhile():
    """Otherwise a poll could come by two tasks, and one of them would be lost."""
    notifier = Notifier()
    watch, _ = served(notifier)
    watch.park()
    assert watch.take() is None
    assert notifier.serve(QUEUE) is None


@given(st.lists(st.sampled_from(["task", "join", "leave", "look"]), max_size=60))
def test_a_task_is_always_known_to_somebody_who_can_look(steps: list[str]):
    """As long as somebody waits or was woken, no task lies without a woken watch."""
    notifier = Notifier()
    tasks, woken, watches = 0, [], []
    for step in steps:
        if step == "task":
            tasks += 1
            notifier.notify([QUEUE])
        elif step == "join":
            mine: list[Watch] = []
            watch = notifier.watch(QUEUE, lambda mine=mine: woken.append(mine[0]))
            mine.append(watch)
            if tasks:  # its first look
                tasks -= 1
                watch.cancel()
            else:
                watches.append(watch)
        elif step == "leave" and watches:
            watch = watches.pop(0)
            if watch in woken:
                woken.remove(watch)
            watch.cancel()
        elif step == "look" and woken:
            watch = woken.pop(0)
            watch.take()
            if tasks:
                tasks -= 1
                watches.remove(watch)
                watch.cancel()
        assert not (tasks and watches and not woken)
