# All commands of the project. Each builds the environment first if it is not there or its requirements have changed.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCHMARKS := draw prepare load score precision train soften prune prune_speed memory start report
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help env repro ui test lint bench clean-work

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

env: $(READY)  ## build the environment (.venv, 7 GB, a few minutes)

$(READY): requirements.txt requirements-dev.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' || \
	  { echo "error: $(PYTHON) is older than Python 3.11; run make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements.txt -r requirements-dev.txt -c constraints.txt
	$(BIN)/python -m pip check
	@touch $(READY)

repro: $(READY)  ## run the whole pipeline on the default data, and say where to look
	dvc repro
	@echo "Done. Open reports/index.html or reports/metrics.xlsx; the table: reports/tables/distill.md; the networks: data/runs/; compare runs: make ui"

ui: $(READY)  ## compare runs in the browser (MLflow, on this machine only)
	@test -f .mlflow/mlflow.db || { echo "no runs in .mlflow yet: run make repro, or where all is up to date: dvc repro --single-item --force track"; exit 1; }
	@echo "Open http://127.0.0.1:5000/#/experiments?workflowType=machine_learning ; Ctrl-C ends it."
	MLFLOW_DISABLE_TELEMETRY=true mlflow ui --backend-store-uri sqlite:///.mlflow/mlflow.db --artifacts-destination .mlflow/artifacts --host 127.0.0.1 --port 5000 --workers 1

test: $(READY)  ## run the tests
	python -m pytest

lint: $(READY)  ## check style and formatting
	ruff check .
	ruff format --check .

bench: $(READY)  ## run the benchmarks: ratios on this machine
	@for name in $(BENCHMARKS); do echo "== $$name"; python -m benchmarks.$$name || exit 1; done

clean-work:  ## delete caches that are made again at need (.work)
	rm -rf .work
