"""Scripts tell their process id as soon as they run."""

import pytest

from flowy.execution.script import Script


def test_whoever_starts_a_script_hears_its_process_id(tmp_path):
    path = tmp_path / "pid.py"
    path.write_text("import os; print(os.getpid())")
    heard = []
    output = Script(path=path, begun=heard.append)()
    assert [int(output.output)] == heard


def test_a_script_whose_start_is_refused_is_killed(tmp_path):
    path = tmp_path / "slow.py"
    path.write_text("import time; time.sleep(60)")

    def refuse(_):
        raise LookupError("not now")

    with pytest.raises(LookupError, match="not now"):
        Script(path=path, begun=refuse)()
