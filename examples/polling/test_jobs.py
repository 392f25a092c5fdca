"""Runs the example."""

from itertools import pairwise

import pytest

from examples.polling import jobs
from flowy.testing import Environment


def test_pauses_grow_until_the_job_is_done():
    looked = []

    def look(job):
        looked.append(environment.now())
        return {"state": "done" if len(looked) == 10 else "running", "job": job}

    with Environment(jobs, activities={jobs.Look: look}) as environment:
        assert environment.run(jobs.WaitForJob, "job-7") == {"state": "done", "job": "job-7"}
    pauses = [later - earlier for earlier, later in pairwise(looked)]
    for pause, least in zip(pauses, [5, 10, 20, 40, 80, 160, 320, 600, 600], strict=True):
        assert least <= pause <= least * 1.1 + 1


def test_after_the_deadline_it_gives_up():
    with Environment(jobs, activities={jobs.Look: lambda job: {"state": "running"}}) as environment:
        before = environment.now()
        assert environment.run(jobs.WaitForJob, "job-7", 3_600)["state"] == "given up"
        assert environment.now() - before == pytest.approx(3_600, abs=2)


def test_two_executions_do_not_ask_at_the_same_moments():
    looked = {"one": [], "other": []}

    def look(job):
        looked[job].append(environment.now())
        return {"state": "running"}

    with Environment(jobs, activities={jobs.Look: look}) as environment:
        for execution in [environment.start(jobs.WaitForJob, job, 7_200) for job in looked]:
            environment.result(execution)
    assert looked["one"][3:-1] != looked["other"][3:-1]


def test_a_job_has_ended_when_its_file_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "job-7.json").write_text('{"state": "done"}', "utf-8")
    with Environment(jobs) as environment:
        assert environment.run(jobs.WaitForJob, "job-7") == {"state": "done"}
        assert environment.run(jobs.WaitForJob, "job-8", 600)["state"] == "given up"
