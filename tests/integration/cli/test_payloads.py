"""`flowy payloads` and `--payloads` on a database file and a folder."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowy.cli.main import main
from flowy.protocol.requests.domains import RegisterDomain
from flowy.protocol.requests.workflow_types import RegisterWorkflowType
from flowy.swf.connect import connect
from flowy.transport.payloads import as_payloads
from tests.noise import noise

DAYS = 24 * 3600


@pytest.fixture
def volume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for large texts; beside it a service with the domain `default` and a type."""
    monkeypatch.chdir(tmp_path)
    client = connect("sqlite:///flowy.db")
    client.call(RegisterDomain(name="default", workflow_execution_retention_period_in_days="1"))
    client.call(
        RegisterWorkflowType(
            domain="default",
            name="drawing",
            version="1",
            default_task_list={"name": "drawings"},
            default_child_policy="TERMINATE",
            default_execution_start_to_close_timeout="60",
            default_task_start_to_close_timeout="60",
        )
    )
    client.close()
    return tmp_path / "texts"


def flowy(*arguments: str, **options: str) -> Result:
    return CliRunner().invoke(main, arguments, **options)


def texts(volume: Path) -> list[Path]:
    return [path for path in volume.rglob("*") if len(path.name) == 64]


def age(volume: Path, days: float) -> None:
    for path in texts(volume):
        then = path.stat().st_mtime - days * DAYS
        os.utime(path, (then, then))


def test_a_large_argument_is_started_kept_and_read(volume: Path) -> None:
    argument = noise(60_000)
    refused = flowy("start", "drawing", "1", argument)
    assert refused.exit_code == 1
    assert "argument 1 of drawing 1 has 60,002 characters" in refused.stderr

    started = flowy("start", "drawing", "1", argument, "--payloads", str(volume), "--id", "a")
    assert started.exit_code == 0, started.output
    assert len(texts(volume)) == 1

    packed = json.loads(flowy("show", "a", "--json").stdout)["events"][0][
        "workflowExecutionStartedEventAttributes"
    ]["input"]
    read = flowy("payloads", "read", packed, env={"FLOWY_PAYLOADS": str(volume)})
    assert read.stdout == f'[["{argument}"],{{}}]\n'


def test_show_has_large_texts_where_it_is_given_their_volume(volume: Path) -> None:
    flowy("start", "drawing", "1", noise(60_000), "--payloads", str(volume), "--id", "a")

    nowhere = flowy("show", "a")
    assert "(on the volume, 60,009 bytes)" in nowhere.stdout
    assert "flowy.payload" not in nowhere.stdout
    assert "set FLOWY_PAYLOADS" in nowhere.stderr

    for shown in (
        flowy("show", "a", "--payloads", str(volume)),
        flowy("show", "a", env={"FLOWY_PAYLOADS": str(volume)}),
    ):
        said = "".join(shown.stdout.split())  # a table folds what is long
        assert f'input[["{noise(60_000)[:100]}' in said
        assert "(60,009characters)" in said
        assert shown.stderr == ""

    (volume.parent / "other").mkdir()
    elsewhere = flowy("show", "a", "--payloads", str(volume.parent / "other"))
    assert "(on the volume, 60,009 bytes)" in elsewhere.stdout
    assert "a text of the history cannot be read" in elsewhere.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("show", "a"),
        ("payloads", "read", "x"),
        ("payloads", "collect"),
        ("replay", "tests.histories.features"),
    ],
)
@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_commands_that_only_read_a_volume_do_not_make_it(
    volume: Path, command: tuple[str, ...], form: str
) -> None:
    flowy("start", "drawing", "1", "tea", "--id", "a")
    refused = flowy(*command, "--payloads", form.format(volume))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"there is no folder {volume}" in refused.stderr
    assert not volume.exists()


def test_show_needs_no_volume_for_what_is_only_compressed(volume: Path) -> None:
    flowy("start", "drawing", "1", "ab " * 20_000, "--id", "a")
    shown = flowy("show", "a")
    assert 'input [["ab ab ab' in shown.stdout
    assert shown.stderr == ""


def test_show_goes_on_when_the_environment_names_what_is_not_here(volume: Path) -> None:
    flowy("start", "drawing", "1", "tea", "--id", "a")
    shown = flowy("show", "a", env={"FLOWY_PAYLOADS_CODEC": "nowhere:codec"})
    assert shown.exit_code == 0
    assert 'input [["tea"],{}]' in shown.stdout
    assert "FLOWY_PAYLOADS_CODEC=nowhere:codec is no codec" in shown.stderr
    refused = flowy("show", "a", "--payloads", "nosuch://x")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "there is no driver for such volumes" in refused.stderr


def test_what_no_execution_names_is_collected(volume: Path) -> None:
    flowy("start", "drawing", "1", noise(60_000), "--payloads", str(volume))
    orphan = as_payloads(str(volume)).packing("default")
    orphan.pack(noise(60_000, seed=1), "it")
    collect = ("payloads", "collect", "--payloads", str(volume), "--grace", "24")

    assert flowy(*collect).stdout == "deleted 0 texts of 0 bytes, 2 are kept\n"
    age(volume, 2)
    dry = flowy(*collect, "--dry-run").stdout
    assert dry.startswith("would delete 1 texts of 45,")
    assert len(texts(volume)) == 2
    assert flowy(*collect).stdout == dry.replace("would delete", "deleted")
    assert flowy(*collect).stdout == "deleted 0 texts of 0 bytes, 1 are kept\n"


def test_mistakes_are_one_clear_line(volume: Path) -> None:
    assert "give the volume: --payloads or FLOWY_PAYLOADS" in flowy("payloads", "collect").stderr
    assert "0.5 is not in the range" in flowy("payloads", "collect", "--grace", "0.5").stderr
    lost = flowy("payloads", "read", '{"flowy.payload":"volume","size":1,"sha256":"0"}')
    assert lost.exit_code == 1
    assert "set FLOWY_PAYLOADS" in lost.stderr
    nowhere = flowy("payloads", "collect", "--payloads", "nosuch://x")
    assert "there is no driver for such volumes" in nowhere.stderr
