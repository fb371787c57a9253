# Every target sets up what it needs by itself, into .venv/ of this folder. Start with `make run`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
# Pins installed packages and build requirements; newer versions of pip use the second name.
PIN := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt

# Empty: for the dashboard the source to start with, as chosen there; the demo elsewhere.
SOURCE ?=
HOST ?= 127.0.0.1
PORT ?= 8000
OUT ?= people.jsonl
VIDEO ?= overlay.mp4
FUZZ_SECONDS ?= 300
ARGS ?=

CXX_FILES := $(wildcard native/src/* native/fuzz/*)

# Two test files at a time, since each leaves a core idle for much of its time (PyTorch's threads must not wait actively);
# in the collected order, which begins with the longest.
TWO_AT_A_TIME := OMP_WAIT_POLICY=passive $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup run run-infer test test-long fuzz lint lint-page format bench wheel audit screenshots assets tools clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## */\t/' | expand -t 14

setup: $(STAMPS)/python $(STAMPS)/page  ## build everything into .venv/

run: export POSECAST_NETWORK_COMMAND = make run HOST=0.0.0.0 $(filter-out HOST=%,$(MAKEOVERRIDES))
run: setup  ## start the dashboard in the browser, with the source chosen there (SOURCE=, HOST=, PORT=, ARGS=)
	$(BIN)/posecast serve $(if $(SOURCE),--source "$(SOURCE)") --host "$(HOST)" --port "$(PORT)" --open $(ARGS)

run-infer: setup  ## write the people of a video to people.jsonl and overlay.mp4 (SOURCE=, OUT=, VIDEO=, ARGS=)
	$(BIN)/posecast infer "$(or $(SOURCE),demo)" -o "$(OUT)" --video "$(VIDEO)" $(ARGS)

test: setup tools  ## run all tests that CI runs, in about ten minutes on two cores
	$(TWO_AT_A_TIME) -m "not long" $(ARGS)

test-long: setup tools $(STAMPS)/ray $(STAMPS)/neighbours  ## run the long tests, too: soak, fuzz, switches, Ray, Pose2Sim, anipose
	$(BIN)/python -m pytest --hypothesis-profile=other $(ARGS)

fuzz:  ## fuzz the decoder with libFuzzer and sanitizers (FUZZ_SECONDS=; needs clang++ and cmake)
	cmake -S native -B build/fuzz -DPOSECAST_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++
	cmake --build build/fuzz
	mkdir -p build/fuzz/corpus
	build/fuzz/decoder_fuzz -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -artifact_prefix=build/fuzz/ build/fuzz/corpus

lint: setup lint-page  ## run all linters, format checks and type checkers; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run -Werror $(CXX_FILES)
	$(BIN)/mypy

lint-page: $(STAMPS)/page
	@webapp/bundle/npm.sh $(BIN)/python run --silent lint

format: setup  ## apply the formatters, and the fixes that the linters can make
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CXX_FILES)
	webapp/bundle/npm.sh $(BIN)/python run --silent format

bench: setup  ## measure speed and accuracy of every backend on this machine
	mkdir -p bench/results
	$(BIN)/posecast bench $(or $(SOURCE),demo) --json bench/results/latest.json --chart bench/results/latest.html $(ARGS)

wheel: setup  ## build the wheel into dist/, reproducibly
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(PIN) $(BIN)/pip wheel -q --no-deps -w dist .

audit: $(STAMPS)/audit  ## check locked packages for known vulnerabilities, online
	@$(VENV)/audit/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off -r constraints.txt; \
	python=$$?; npm audit --audit=true && exit $$python

screenshots: setup tools  ## make the README's pictures of the dashboard in docs/
	$(BIN)/python -m tests.browser.screenshots

assets: setup  ## make what ships beside the checkpoints again: the stage, the INT8 models, the recorded people
	$(BIN)/python -m converters.assets

tools:  # what the tests need besides Python: ffmpeg and a Chromium
	@./tests/tools.sh $(BIN)

clean:  ## remove everything that was built
	rm -rf $(VENV) build node_modules webapp/static/vendor webapp/static/bundled

$(STAMPS)/venv:
	$(PYTHON) -m venv $(VENV)
	mkdir -p $(STAMPS)
	touch $@

# Not compiled in advance: that takes a minute for all libraries, and Python compiles the parts that are used.
$(STAMPS)/python: $(STAMPS)/venv pyproject.toml constraints.txt native/CMakeLists.txt $(wildcard native/src/*)
	$(PIN) $(BIN)/pip install -q --no-compile -e ".[dev,int8,pytorch]"
	touch $@

$(STAMPS)/ray: $(STAMPS)/python
	$(PIN) $(BIN)/pip install -q --no-compile ray
	touch $@

# Programs that results are compared with. Without what they require for their windows, OpenSim and their own OpenCV.
$(STAMPS)/neighbours: $(STAMPS)/python
	$(PIN) $(BIN)/pip install -q --no-compile anytree lxml matplotlib numba pandas rtoml toml tqdm
	$(BIN)/pip install -q --no-compile --no-deps aniposelib==0.8.0 pose2sim==0.10.49
	touch $@

$(STAMPS)/audit: $(STAMPS)/venv
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/pip install -q pip-audit==2.10.1
	touch $@

$(STAMPS)/page: $(STAMPS)/venv package.json package-lock.json .npmrc $(wildcard webapp/bundle/*)
	webapp/bundle/build.sh $(BIN)/python
	touch $@
