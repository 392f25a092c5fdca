"""Ids from many threads at once."""

from concurrent.futures import ThreadPoolExecutor

from flowy.process.workflow.id_generator import ProcessIdGenerator


def test_threads_never_get_the_same_id():
    generator = ProcessIdGenerator()
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda _: generator.next_id(), range(400)))
    assert len(set(ids)) == 400
