.DEFAULT_GOAL := help
.PHONY: help test demo build fmt bench mutants clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## format, vet and every test with the race detector, nothing skipped
	@scripts/test.sh

demo: ## play the whole story on this machine; prints the page to open
	go run ./cmd/docket demo

build: ## make the static binary bin/docket
	CGO_ENABLED=0 go build -buildvcs=auto -trimpath -ldflags '-s -w' -o bin/docket ./cmd/docket

fmt: ## format the Go files
	gofmt -w .

bench: ## compare a bot with a bare server, then run every benchmark; two minutes
	go run ./bench/load
	go test -run '^$$' -bench . -benchmem -benchtime 0.2s ./...

mutants: ## break the program on purpose, some sixty ways, and see that a test turns red for each; a quarter of an hour
	go run ./scripts/mutants

clean: ## remove what was built; data/ stays
	rm -rf bin build checks/node_modules
