# Every target sets up what it needs by itself, into .venv/ of this folder. Start with `make run`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps

SOURCE ?= demo
HOST ?= 127.0.0.1
PORT ?= 8000
OUT ?= people.jsonl
VIDEO ?= overlay.mp4
FUZZ_SECONDS ?= 300
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run run-infer test test-long fuzz lint bench screenshots assets tools clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## */\t/' | expand -t 14

setup: $(STAMPS)/python $(STAMPS)/page  ## build everything into .venv/

run: setup  ## the dashboard in the browser (SOURCE=, HOST=, PORT=, ARGS=)
	$(BIN)/posecast serve --source "$(SOURCE)" --host "$(HOST)" --port "$(PORT)" --open $(ARGS)

run-infer: setup  ## people of a video into people.jsonl and overlay.mp4 (SOURCE=, OUT=, VIDEO=, ARGS=)
	$(BIN)/posecast infer "$(SOURCE)" -o "$(OUT)" --video "$(VIDEO)" $(ARGS)

test: setup tools  ## everything CI runs, in under ten minutes
	$(BIN)/python -m pytest -m "not long" $(ARGS)

test-long: setup tools  ## the full counts: soak, fuzz, switches
	$(BIN)/python -m pytest $(ARGS)

fuzz:  ## libFuzzer against the decoder, with sanitizers (FUZZ_SECONDS=; needs clang++ and cmake)
	cmake -S native -B build/fuzz -DPOSECAST_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++
	cmake --build build/fuzz
	mkdir -p build/fuzz/corpus
	build/fuzz/decoder_fuzz -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -artifact_prefix=build/fuzz/ build/fuzz/corpus

lint: setup  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup  ## speed and accuracy of every backend on this machine
	$(BIN)/posecast bench $(SOURCE) $(ARGS)

screenshots: setup tools  ## pictures of the dashboard for the README, into docs/
	$(BIN)/python -m tests.browser.screenshots

assets: setup  ## render the demo stage's clip again
	$(BIN)/python -m engine.capture.stage

tools:  # what the tests need beside Python: ffmpeg and a Chromium
	@./tests/tools.sh $(BIN)

clean:  ## remove what was built
	rm -rf $(VENV) build node_modules webapp/static/vendor

$(STAMPS)/venv:
	$(PYTHON) -m venv $(VENV)
	mkdir -p $(STAMPS)
	touch $@

$(STAMPS)/python: $(STAMPS)/venv pyproject.toml constraints.txt native/CMakeLists.txt $(wildcard native/src/*)
	$(BIN)/pip install -q -c constraints.txt -e ".[dev,int8]"
	touch $@

$(STAMPS)/page: $(STAMPS)/venv package.json package-lock.json .npmrc $(wildcard webapp/bundle/*)
	webapp/bundle/build.sh $(BIN)/python
	touch $@
