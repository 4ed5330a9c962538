# Everything here is a short name for a script or a command; each script answers --help.

.PHONY: help random-requests quickstart test build engine format lint check-imports bench-store bench-pull bench-mirror bench-convert bench-pull-to-token loads torture faults interleavings sanitize fuzz memory clean verify-conversion
.DEFAULT_GOAL := help

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

quickstart: ## Build Roost, pull a small sample model, chat with it
	@scripts/quickstart

test: ## Check format and imports, run all tests
	@scripts/test

build: ## Build the roost command (.build/release/roost)
	@scripts/build

engine: ## Get llama-server: from PATH, or built once for this machine
	@scripts/engine

format: ## Format all Swift files
	@scripts/lint --fix

lint: ## Check the format of all Swift files
	@scripts/lint

check-imports: ## Build everything and check imports against Package.swift
	@scripts/check-imports

bench-store: ## Measure jobs.db beside raw SQLite and the v1.0 Python store
	@scripts/bench-store

bench-pull: ## Measure a pull beside curl, aria2c and huggingface_hub
	@scripts/bench-pull

bench-mirror: ## Measure the mirror beside nginx
	@scripts/bench-mirror

bench-convert: ## Measure safetensors → Q4_K_M beside llama.cpp's converter and llama-quantize
	@scripts/bench-convert

bench-pull-to-token: ## Measure the road from POST /pull to the first token beside curl and llama.cpp's tools
	@scripts/bench-pull-to-token

loads: ## Do to a server what no client may do, and measure /health and memory meanwhile
	@scripts/loads

torture: ## Kill and cut the power of the job store more often than the tests do
	@scripts/torture-store

faults: ## Pull from a hub with each of 52 faults, and kill the server on the way
	@scripts/faults

interleavings: ## 1,000 random interleavings of pulls, dry runs, cancels, clean-ups and kills on one cache
	@scripts/interleavings

sanitize: ## Run the job store's tests under both sanitizers
	@scripts/sanitize thread
	@scripts/sanitize address

fuzz: ## Feed the parsers of outside text with what a fuzzer makes up, a minute each
	@scripts/fuzz

random-requests: ## Send a real server 20,000 requests that a seed makes up
	@scripts/random-requests

memory: ## Pull a file of 100 GB and see that memory stays flat
	@scripts/check-memory

verify-conversion: ## Convert a real model with each quantize, and compare with llama.cpp's own files
	@scripts/verify-conversion

clean: ## Delete build products (caches outside this folder are kept)
	swift package clean
