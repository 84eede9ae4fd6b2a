# The two commands: `make demo` and `make test`. Everything else is for people who work on the code.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.ready-bench
CATALOGUE := matchmaker/translations/zh_Hans_CN/LC_MESSAGES/messages
MONTH ?=
PORT ?= 5000

.PHONY: demo month reset test test-slow sweep faults mutants quarter bench hundred pages docs lint format lock translations messages system-packages clean

demo: $(READY) $(CATALOGUE).mo  ## a seeded site with a published month at http://127.0.0.1:5000
	@$(BIN)/matchmaker demo --port $(PORT) $(if $(MONTH),--month $(MONTH))

month: $(READY) $(CATALOGUE).mo  ## the same month without serving; prints its figures
	@$(BIN)/matchmaker demo prepare --show $(if $(MONTH),--month $(MONTH))

reset:  ## forget the demo's database
	rm -rf instance

test: $(READY) $(CATALOGUE).mo system-packages  ## everything but the slow sweeps
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow" -q

test-slow: $(READY) $(CATALOGUE).mo system-packages  ## the slow sweeps
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m slow -q --durations=25

sweep: $(READY)  ## FORGERIES=20000 answers of tiny months against verify; or PROPERTIES=500 months for each promise of the second policy; or TYPING=1: each form, whatever comes between; SEED=; MATCH=text
ifdef PROPERTIES
	$(BIN)/python -m tests.optimizer.community2 --months $(PROPERTIES) \
		$(if $(SEED),--seed $(SEED)) $(if $(MATCH),--match "$(MATCH)")
else ifdef TYPING
	TYPING=all $(BIN)/python -m pytest -n 2 -s -m slow -q tests/journeys/test_typing.py
else
	FORGERIES=$(or $(FORGERIES),20000) $(BIN)/python -m pytest -n 2 -m slow -q tests/optimizer/checker/test_kit.py tests/optimizer/community2/test_forgeries.py
endif

faults: $(READY) $(CATALOGUE).mo system-packages  ## every write of publish, accept, keep and close fails once in each way; FAULTS=12 of each step
	FAULTS=$(or $(FAULTS),all) $(BIN)/python -m pytest -n 0 -s -q -m slow tests/matchmaker/test_faults.py

mutants: $(READY) $(CATALOGUE).mo  ## do the tests notice a wrong line? SAMPLE=400 SEED=8; TARGET=checker; MATCH=text; RECORD=keep; KEEP=1
	MUTANTS_TARGET=$(TARGET) $(BIN)/python -m tests.mutants $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) \
		$(if $(MATCH),--match "$(MATCH)") $(if $(RECORD),--keep-record) $(if $(KEEP),--keep-killed)

quarter: $(READY) $(CATALOGUE).mo  ## lives three months of an invented street day by day and adds everything up: SEED=1 MONTHS=3 SIZE=200; POLICY=community/2; DATABASE=postgres; FIRST=2026-09; KEEP=file
	$(BIN)/python -m tests.quarter $(if $(SEED),--seed $(SEED)) $(if $(MONTHS),--months $(MONTHS)) $(if $(SIZE),--size $(SIZE)) \
		$(if $(POLICY),--policy $(POLICY)) $(if $(DATABASE),--database $(DATABASE)) $(if $(FIRST),--first $(FIRST)) \
		$(if $(KEEP),--keep $(KEEP))

bench: $(BENCH_READY)  ## timings and ratios of one run; LARGE=1: 16,700 needs too; DATA=folder of published instances
	$(BIN)/python -m optimizer.bench $(if $(LARGE),--large) $(if $(DATA),--data $(DATA))

hundred: $(READY)  ## seeds FIRST=1 to LAST=100 of 1,670 needs (NEEDS=) under both policies (POLICY=): time, labels, memory, grounds; LIMITS="1 5 20" seconds; goes on from FILE=optimizer/bench/hundred.jsonl
	$(BIN)/python -m optimizer.bench.hundred $(if $(FIRST),--first $(FIRST)) $(if $(LAST),--last $(LAST)) \
		$(if $(NEEDS),--needs $(NEEDS)) $(if $(FILE),--file $(FILE)) $(if $(POLICY),--policy $(POLICY)) \
		$(foreach limit,$(LIMITS),--time-limit $(limit))

pages: $(READY) $(CATALOGUE).mo  ## what every page of the demo costs, against the home page; LOOKS=6: barriers of every page in all looks
ifdef LOOKS
	LOOKS=$(LOOKS) $(BIN)/python -m pytest -n 2 -m slow -q tests/journeys/test_pages.py
else
	$(BIN)/python -m tests.journeys.page_costs 2>/dev/null
endif

docs: $(READY) $(CATALOGUE).mo  ## the parts of documents that are written from the code
	$(BIN)/python -m tests.documents

lint: $(READY)  ## style, types, formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix -q .
	$(BIN)/ruff format -q .

LOCK := $(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock: $(READY)  ## resolve the dependencies again
	$(LOCK) --extra dev --extra postgres -o requirements.lock pyproject.toml
	$(LOCK) --extra bench --constraint requirements.lock -o requirements-bench.lock pyproject.toml

messages: $(READY)  ## collect the texts of code and templates into the catalogue
	@mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k _c:1c,2 --no-location --sort-output -o build/messages.pot matchmaker
	$(BIN)/pybabel -q update -i build/messages.pot -d matchmaker/translations -w 100 --no-fuzzy-matching --ignore-pot-creation-date

translations: $(CATALOGUE).mo

$(CATALOGUE).mo: $(CATALOGUE).po $(READY)
	@$(BIN)/pybabel -q compile -d matchmaker/translations

# The environment: the locked packages, checked by hash, and this project on top of them.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is missing (on Debian: apt-get install python3)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv package is missing (on Debian: apt-get install python3-venv)."; exit 1; }
	@echo "Making the environment in $(VENV) (a minute or two the first time) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . 2>$(VENV)/install.log || \
		{ cat $(VENV)/install.log; exit 1; }
	@touch $(READY)

# What the bench alone compares with comes on top, when it is asked for.
$(BENCH_READY): $(READY) requirements-bench.lock
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $(BENCH_READY)

# Browser tests need a Chromium and Chinese fonts. Where this user may install packages they are
# installed; elsewhere those tests skip and say why.
system-packages:
	@if command -v chromium >/dev/null && command -v strace >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q .; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "No apt-get here: tests that need chromium or strace will skip."; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then run=""; elif sudo -n true 2>/dev/null; then run="sudo -n"; \
	else echo "May not install packages: tests that need chromium or strace will skip."; exit 0; fi; \
	echo "Installing chromium, fonts and strace for the tests ..."; \
	{ $$run apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$run apt-get install -y -qq chromium fonts-noto-cjk fontconfig strace; } \
		>/dev/null 2>&1 || echo "The packages could not be installed: tests that need them will skip."

clean:
	rm -rf $(VENV) build instance
