"""The example, with somebody who answers at once."""

from xml.etree import ElementTree as ET

from examples.machine_letters.letters import FLOW, main
from flowy.machine.draw import draw_svg

TRANSCRIPT = """\
4 words, calm: I receive the post.
sent: I receive the post.
4 words, angry: Where is the post!
sent: Where is the post.
2 words, angry: Go away!
dropped
"""


def test_letters_wait_for_somebodys_word(capsys):
    answers = iter(["soften", "drop"])
    asked = []

    def ask(question):
        asked.append(question)
        return next(answers)

    main(["I recieve  teh   post.", "Where is teh post!", "Go  away!"], ask)
    assert capsys.readouterr().out == TRANSCRIPT
    assert asked == ["May this letter go out? (send, soften or drop) "] * 2


def test_the_definition_can_be_drawn():
    ET.fromstring(draw_svg(FLOW, [3, 1, 0]))
