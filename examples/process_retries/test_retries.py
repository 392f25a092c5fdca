"""Runs the example."""

import asyncio

from examples.process_retries.retries import story


def test_the_download_is_retried_and_the_computation_killed():
    assert asyncio.run(story()) == [
        "content of https://example.org, after 2 retries",
        "TimeoutError: process 'compute' ran longer than its timeout of 0.5 s; "
        "it was killed with every process it had started",
    ]
