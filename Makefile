# Everything here is a short name for a script or a command; each script answers --help.

.PHONY: help page deb tarball container package-test openapi api-check engine-tests random-requests quickstart test build engine format lint check-imports bench-store bench-pull bench-mirror bench-convert bench-pull-to-token bench-serve bench-access bench-page loads chaos torture faults interleavings sanitize fuzz fuzz-dialects memory clean verify-conversion
.DEFAULT_GOAL := help

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

quickstart: ## Build Roost, pull a small sample model, chat with it
	@scripts/quickstart

test: ## Check format and imports, and run all tests
	@scripts/test

build: ## Build the roost command (.build/release/roost)
	@scripts/build

engine: ## Find llama-server on PATH, or build it once for this machine
	@scripts/engine

format: ## Format the Swift files of the package, its sources and its tests
	@scripts/lint --fix

lint: ## Check the format of these files, and the links of the documents
	@scripts/lint

check-imports: ## Build everything and check imports against Package.swift
	@scripts/check-imports

bench-store: ## Compare jobs.db with raw SQLite and the v1.0 Python store
	@scripts/bench-store

bench-pull: ## Compare a pull with curl, aria2c and huggingface_hub
	@scripts/bench-pull

bench-mirror: ## Compare the mirror with nginx
	@scripts/bench-mirror

bench-convert: ## Compare safetensors → Q4_K_M with llama.cpp's converter and llama-quantize
	@scripts/bench-convert

bench-pull-to-token: ## Compare the time from POST /pull to the first token with curl and llama.cpp's tools
	@scripts/bench-pull-to-token

bench-serve: ## Compare serving with llama-server alone: streams, long prompts, fairness, restarts, swaps
	@scripts/bench-serve

bench-access: ## Measure shares of keys, and what keys and dialects cost
	@scripts/bench-access

bench-page: ## Measure the web page in Chromium: bytes, loads, events, scrolling, accessibility
	@scripts/bench-page

loads: ## Put forbidden loads on a server, and measure /health and memory
	@scripts/loads

chaos: ## Kill, stop and starve engines under load, and damage their models
	@scripts/chaos

torture: ## Test the job store with more kills and power cuts than in the tests
	@scripts/torture-store

faults: ## Pull from a hub with each of 52 faults, also with kills of the server
	@scripts/faults

interleavings: ## 1,000 random interleavings of pulls, dry runs, cancels, clean-ups and kills on one cache
	@scripts/interleavings

sanitize: ## Run the job store's tests under both sanitizers
	@scripts/sanitize thread
	@scripts/sanitize address

fuzz: ## Fuzz the parsers of untrusted text, a minute each
	@scripts/fuzz

fuzz-dialects: ## Fuzz the decoders of requests and the translators of answers, a minute each
	@scripts/fuzz --dialects

random-requests: ## Send 20,000 random requests to a real server
	@scripts/random-requests

memory: ## Pull a file of 100 GB and check that memory stays constant
	@scripts/check-memory

verify-conversion: ## Convert a real model with each quantize, and compare the results with llama.cpp's own files
	@scripts/verify-conversion

deb: ## Make the Debian package, with its engine and service
	@scripts/deb

tarball: ## Make an archive of the command and its engine that needs no installation
	@scripts/tarball

container: ## Make the image localhost/roost of the Debian package
	@scripts/container

package-test: ## Install, upgrade, remove and purge the Debian package in a new Debian
	@scripts/package-test "$$(scripts/deb)"

openapi: ## Make /openapi.json from Documentation/openapi.yaml
	@scripts/openapi

page: ## Embed the files of the web page in the program
	@scripts/page

api-check: ## Send 10,000 requests and more to a real server, by its description
	@scripts/api-check

engine-tests: ## Run llama.cpp's tests of its server's API against Roost, beside the engine itself
	@scripts/engine-tests

clean: ## Delete build products (but not the caches outside this folder)
	swift package clean
