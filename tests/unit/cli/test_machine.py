"""`flowy machine draw`."""

import pytest
from click.testing import CliRunner

from flowy.cli.main import main
from flowy.machine.draw import draw_mermaid, draw_svg
from flowy.machine.engine import GenericWorkflowEngine
from tests.unit.swf.machine import orders

ENGINE = GenericWorkflowEngine()
ENGINE.callbacks.replace([orders.number], "first")
ENGINE.callbacks.replace([orders.left], "second")
HERE = "tests.unit.cli.test_machine"


def draw(*arguments):
    return CliRunner().invoke(main, ["machine", "draw", *arguments])


def test_a_list_is_drawn_as_mermaid_with_its_position():
    answer = draw(f"{orders.__name__}:DEFINITION", "--position", "1,0")
    assert answer.exit_code == 0, answer.output
    assert answer.output == draw_mermaid(orders.DEFINITION, [1, 0])


def test_a_durable_machine_is_drawn_as_svg_into_a_file(tmp_path):
    file = tmp_path / "orders.svg"
    answer = draw(f"{orders.__name__}:Orders", "--output", str(file))
    assert (answer.exit_code, answer.output) == (0, f"{file}\n")
    assert file.read_text(encoding="utf-8") == draw_svg(orders.DEFINITION)


def test_the_format_can_be_said():
    assert draw(f"{orders.__name__}:Orders", "--format", "svg").output.startswith("<svg")


def test_one_of_several_definitions_of_an_engine_is_drawn():
    assert '"left"' in draw(f"{HERE}:ENGINE", "--key", "second").output
    assert '"number"' in draw(f"{HERE}:ENGINE", "--key", "first").output


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        ([orders.__name__], 2, "say which definition"),
        (["no.such:thing"], 1, "there is no module"),
        ([f"{orders.__name__}:MISSING"], 1, "there is no MISSING"),
        ([f"{orders.__name__}:LIST"], 1, "not a list of tasks"),
        ([f"{HERE}:ENGINE"], 1, "only under 'first', 'second'"),
        ([f"{orders.__name__}:Orders", "--position", "x"], 2, "a path of numbers"),
    ],
)
def test_what_cannot_be_drawn_is_said(arguments, status, text):
    answer = draw(*arguments)
    assert answer.exit_code == status
    assert text in answer.output
