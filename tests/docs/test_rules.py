"""Each rule has a page; what the page shows breaks the rule, and what it advises breaks none."""

import re
from pathlib import Path

import pytest

from flowy.check.checking import check
from flowy.determinism.rules import RULES

PAGES = Path(__file__).parents[2] / "docs" / "reference" / "rules"
INDEX = (PAGES / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", RULES)
def test_a_rule_is_documented_and_its_samples_are_true(code, tmp_path):
    rule = RULES[code]
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code}: {rule.name}\n")
    assert f"| [{code}]({code}.md) | {rule.name} |" in INDEX
    wrong, right = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    found = []
    for number, sample in enumerate((wrong, right)):
        file = tmp_path / f"sample{number}.py"
        file.write_text(sample, encoding="utf-8")
        found.append([finding.code for finding in check([str(file)]).findings])
    assert code in found[0]
    assert found[1] == []


def test_there_is_no_page_of_a_rule_that_is_not_there():
    assert {page.stem for page in PAGES.glob("FLW*.md")} == set(RULES)
