# The two commands of the README are `make demo` and `make test`; `make lab` opens JupyterLab to type into.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := clinagent-demo
LAB := clinagent-lab
# Chromium is installed beside the packages, types are checked beside the rest.
MAKEFLAGS += -j2
# Most of the modules installed are never imported: each is compiled when it first is, and kept, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=
INSTALL := $(BIN)/python -m pip install --quiet --no-compile --upgrade -c constraints.txt

.PHONY: demo test lab check style types layers chromium licences licences-kept examples clean

$(VENV)/.installed: pyproject.toml constraints.txt labextension/package.json
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e .
	touch $@

$(VENV)/.developed: pyproject.toml constraints.txt labextension/package.json
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e ".[dev]"
	touch $(VENV)/.installed $@

demo: $(VENV)/.installed
	rm -rf $(DEMO)
	$(BIN)/jupyter clinagent demo $(DEMO)

test: $(VENV)/.developed chromium check
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=20 --cov --cov-report=term:skip-covered

check: style types layers licences-kept

style: $(VENV)/.developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.developed
	$(BIN)/mypy

layers: $(VENV)/.developed
	$(BIN)/lint-imports

licences-kept: $(VENV)/.developed
	$(BIN)/python .ci/licences.py > $(VENV)/licences.txt || { cat $(VENV)/licences.txt; exit 1; }

chromium:
	sh .ci/chromium

licences: $(VENV)/.installed
	$(BIN)/python .ci/licences.py

lab: $(VENV)/.installed
	test -d $(LAB)/data || $(BIN)/jupyter clinagent phantom triage $(LAB)/data
	$(BIN)/python .ci/lab_notebook.py $(LAB)/study.ipynb
	cd $(LAB) && ../$(BIN)/jupyter lab --ip=127.0.0.1 study.ipynb

examples: $(VENV)/.installed
	$(BIN)/python example_notebooks/make.py

clean:
	rm -rf $(VENV) $(DEMO) $(LAB) dist
