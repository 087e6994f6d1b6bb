# Two commands do everything on a fresh machine with Python 3.11+ and make:
#   make study   create the environment, run the Korea study, say where the report is
#   make test    create the environment, run the tests (.ci/run also those that take long)
# More: make whole (Korea again and again, the lab's ranker), make fuzz (more random inputs), make check
# (style, types, imports, schemas), make wheel (the wheel in clean environments),
# make training (torch, and a tiny network that is trained), make engines (the
# same counts by DuckDB and a Spark of several processes), make connect (the same by Spark Connect),
# make pages (reports in Chromium), make browser (the pages of `detente serve` in Chromium and Firefox),
# make bench (hours).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
OUT    ?= out/korea

.PHONY: study test whole fuzz check wheel training engines connect pages browser bench schemas clean

study: $(READY)
	@$(BIN)/detente study korea --out $(OUT)
	@echo "Open $(CURDIR)/$(OUT)/report.html in a browser."

# Three workers keep two cores busy: a fifth of their time goes to disks, timers and other processes.
test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist loadfile

whole: $(READY)
	DETENTE_WHOLE=1 $(BIN)/python -m pytest -n 2 --dist load tests/test_whole.py tests/test_same_everywhere.py \
		tests/test_lab_ranker.py lab/ranker \
		tests/test_levant.py::test_the_scripts_still_make_what_ships \
		tests/test_helpers.py::test_a_study_says_the_same_by_any_number_of_processes \
		tests/test_compiled.py::test_a_read_only_installation_with_no_home_runs \
		tests/test_cli_study.py::test_same_seed_same_findings_other_seed_or_day_others

fuzz: $(READY)
	DETENTE_FUZZ=100 $(BIN)/python -m pytest -n 2 --dist load tests/test_fuzz.py tests/test_ingest_bad.py \
		tests/test_reading_rows.py tests/test_panel.py tests/test_sources_polecat.py

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/build_schemas.py --check

wheel: $(READY)
	$(BIN)/python scripts/try_wheel.py

training: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r lab/coding/model/requirements.txt
	$(BIN)/python -m pytest tests/test_coding_training.py

# A real master with two workers on loopback, and a server of Spark Connect; both need Java 17.
engines: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[spark]'
	DETENTE_ENGINES=1 $(BIN)/python -m pytest tests/test_engines.py -k "not connect"

connect: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[spark]'
	DETENTE_ENGINES=1 $(BIN)/python -m pytest tests/test_engines.py -k connect

pages: $(READY)
	DETENTE_PAGES=1 $(BIN)/python -m pytest tests/test_report_browser.py tests/test_report_folds.py tests/test_report_studies.py

browser: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r tests/browser-requirements.txt
	DETENTE_BROWSERS=1 $(BIN)/python -m pytest tests/test_web_browsers.py tests/test_web_load.py

bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m lab.benchmarks

schemas: $(READY)
	$(BIN)/python scripts/build_schemas.py

clean:
	rm -rf $(VENV) out build

# Exact versions come from constraints.txt; the project itself is installed editable.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Detente needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,coding,web]'
	@touch $@
