# make demo   runs the image workflow on real photographs, on the embedded service
# make test   passes the tests
# make check  format, lint, types, import contract, documentation
# make docs   builds the documentation into docs/_build/html
# make test-aws  tells the stories of the tests on Amazon SWF, where there are AWS credentials
# make chaos  plays thousands of random workflows, then kills servers, databases and workers under
#             load, for about half an hour
# make bench  prints the project's benchmarks
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test test-aws check docs chaos bench clean

# One stamp an extra: a target installs what it needs and nothing else, once per change of setup.cfg.
$(VENV)/.installed-%: setup.cfg pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

demo: $(VENV)/.installed-demo
	$(BIN)/flowy demo

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto -m 'not benchmark' $(ARGS)

test-aws: $(VENV)/.installed-test
	FLOWY_TEST_AWS=1 $(BIN)/python -m pytest -n 0 -rs --timeout=900 -k amazon tests/stories $(ARGS)

check: $(VENV)/.installed-check $(VENV)/.installed-docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

docs: $(VENV)/.installed-docs
	$(BIN)/sphinx-build -W -b html docs docs/_build/html

bench: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m benchmark -p no:xdist -s --timeout=0 tests/benchmarks $(ARGS)

chaos: $(VENV)/.installed-test
	HYPOTHESIS_PROFILE=chaos $(BIN)/python -m pytest -n auto --timeout=0 -k kitchen_sink tests/unit/decider tests/acceptance
	$(BIN)/python -m tests.chaos.play $(ARGS)
	$(BIN)/python -m tests.chaos.workers

clean:
	rm -rf $(VENV) docs/_build build dist *.egg-info
