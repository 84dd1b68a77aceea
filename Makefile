# Two commands matter to a newcomer: `make run` and `make test`.
PYTHON ?= python3
ARCHITECTURE ?= arm64
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test lint types check bench lambda docs lock clean

run: $(STAMP)  ## a local GitHub with the bot beside it; prints where to click
	$(BIN)/paved-road sandbox

test: $(STAMP)  ## everything, the slow tests too
	$(BIN)/python -m pytest --durations=25 -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(STAMP)
	$(BIN)/mypy

check: lint types test

bench: $(STAMP)  ## every figure that README claims
	$(BIN)/python -m tests.benchmarks

lambda: $(STAMP)  ## what AWS Lambda runs, for infra/bot: dist/paved-road-lambda.zip, -render.zip
	$(BIN)/python -m infra.bot.build_lambda --architecture $(ARCHITECTURE) $(if $(PYTHON_OF_LAMBDA),--python $(PYTHON_OF_LAMBDA))

docs: $(STAMP)  ## pages that are made from the code
	$(BIN)/python -m bot.templates.options_table > docs/template-yml.md
	$(BIN)/python -m bot.deploy_settings.options_table > docs/settings.md

# The lock files are written by uv, which a machine needs only to change them.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist *.egg-info

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Paved Road needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(STAMP)
