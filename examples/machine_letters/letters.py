"""Take letters through correction: loops, parallel readers, a halt for somebody's word, a picture.

``python letters.py`` runs it and asks on the terminal; ``python letters.py draw`` prints an SVG
picture of the definition.
"""

import sys

from flowy.machine.draw import draw_svg
from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.errors import HaltProcessing
from flowy.machine.patterns import CHOICE, FOR, IF_ELSE, SYNCHRONIZE, WHILE

MISTAKES = {"teh": "the", "recieve": "receive"}


def has_double_spaces(letter, eng):
    return "  " in letter["text"]


def remove_a_double_space(letter, eng):
    letter["text"] = letter["text"].replace("  ", " ", 1)


def mend_a_word(letter, eng):
    wrong = eng.extra_data["word"]
    letter["text"] = letter["text"].replace(wrong, MISTAKES[wrong])


def count_words(letter, eng):
    letter["words"] = len(letter["text"].split())


async def look_for_anger(letter, eng):
    letter["angry"] = letter["text"].endswith("!")


def say_what_was_found(letter, eng):
    print(f"{letter['words']} words, {'angry' if letter['angry'] else 'calm'}: {letter['text']}")


def is_angry(letter, eng):
    return letter["angry"]


def ask_somebody(letter, eng):
    if "answer" not in letter:
        eng.halt("May this letter go out?", action="send, soften or drop")


def answer(letter, eng):
    return letter["answer"]


def send(letter, eng):
    print(f"sent: {letter['text']}")


def soften(letter, eng):
    letter["text"] = letter["text"].rstrip("!") + "."


def drop(letter, eng):
    print("dropped")


FLOW = [
    WHILE(has_double_spaces, remove_a_double_space),
    FOR(list(MISTAKES), "word", mend_a_word),
    SYNCHRONIZE(count_words, look_for_anger, say_what_was_found),
    IF_ELSE(
        is_angry,
        [ask_somebody, CHOICE(answer, ("send", send), ("soften", soften, send), drop=drop)],
        [send],
    ),
]


def main(letters, ask):
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(FLOW)
    tokens = [{"text": text} for text in letters]
    words = ("next", "first")
    while True:
        try:
            engine.restart(*words, objects=tokens)
        except HaltProcessing as halt:
            engine.current_object["answer"] = ask(f"{halt.message} ({halt.action}) ")
            words = ("current", "current")
        else:
            return tokens


if __name__ == "__main__":
    if sys.argv[1:] == ["draw"]:
        print(draw_svg(FLOW), end="")
    else:
        main(["I recieve  teh   post.", "Where is teh post!", "Go  away!"], input)
