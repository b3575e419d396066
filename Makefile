# Everything a user or developer types. Each target sets up what it needs.

JOBS ?= $(shell nproc)
CC ?= gcc
BUILD ?= build
MINUTES ?= 10
CMAKE_FLAGS ?=

NTIO = $(BUILD)/bin/ntio
COMPILE = $(MAKE) --no-print-directory -C $(BUILD) -j $(JOBS)

.PHONY: all setup configure build run test bench asan tsan clang fuzz coverage format tidy install clean

all: build

setup:
	@scripts/install-packages

configure: setup
	@cmake -S . -B $(BUILD) -DCMAKE_C_COMPILER=$(CC) $(CMAKE_FLAGS) >/dev/null

build: configure
	@$(COMPILE)

run: configure
	@$(COMPILE) ntio-command
	@echo "The transfer driver, WDM:"
	@$(NTIO) run --served -o $(BUILD)/transfer examples/transfer/sys/transfer.vcxproj -- \
	    examples/transfer/exe/transferapp.vcxproj
	@echo; echo "The transfer driver, KMDF:"
	@$(NTIO) run --served -o $(BUILD)/transfer examples/transfer/kmdf/transferkmdf.vcxproj -- \
	    examples/transfer/exe/transferapp.vcxproj
	@echo; echo "The transfer driver, UMDF:"
	@$(NTIO) run --served -o $(BUILD)/transfer examples/transfer/umdf/transferum.vcxproj -- \
	    examples/transfer/exe/transferapp.vcxproj

test: build
	@ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)

bench: configure
	@$(COMPILE) ntio-bench
	@$(BUILD)/bin/ntio-bench $(BUILD)/bench.json

# The tests again, instrumented; some serve a program that is not.
asan: build
	@$(MAKE) --no-print-directory test BUILD=$(BUILD)-asan \
	    CMAKE_FLAGS="-DNTIO_SANITIZE=address -DNTIO_PLAIN=$(abspath $(NTIO))"

tsan:
	@$(MAKE) --no-print-directory test BUILD=$(BUILD)-tsan CMAKE_FLAGS="-DNTIO_SANITIZE=thread"

clang:
	@scripts/install-packages clang
	@$(MAKE) --no-print-directory test BUILD=$(BUILD)-clang CC=clang

# A hostile program against a served kernel, for MINUTES; what is new is kept in the build folder.
fuzz:
	@scripts/install-packages clang
	@$(MAKE) --no-print-directory configure BUILD=$(BUILD)-asan CMAKE_FLAGS="-DNTIO_SANITIZE=address"
	@$(MAKE) --no-print-directory -C $(BUILD)-asan -j $(JOBS) fuzz_channel_long
	@mkdir -p $(BUILD)-asan/corpus
	@$(BUILD)-asan/bin/fuzz_channel_long -max_total_time=$$(($(MINUTES) * 60)) -max_len=4096 \
	    -artifact_prefix=$(BUILD)-asan/ $(BUILD)-asan/corpus fuzz/seeds/channel

coverage:
	@scripts/install-packages gcovr
	@$(MAKE) --no-print-directory test BUILD=$(BUILD)-coverage CMAKE_FLAGS="-DNTIO_COVERAGE=ON"
	@gcovr --root . --filter src/ $(BUILD)-coverage --print-summary -o $(BUILD)-coverage/report.txt

format:
	@scripts/install-packages clang-format
	@git ls-files 'src/*.[ch]' 'tests/*.[ch]' ':!tests/end-to-end/bad' 'bench/*.[ch]' 'fuzz/*.[ch]' 'include/ntio/*.h' | \
	    xargs clang-format -i

tidy: build
	@scripts/install-packages clang-tidy
	@git ls-files 'src/*.c' | xargs clang-tidy -quiet -p $(BUILD)

install: build
	@cmake --install $(BUILD)

clean:
	@rm -rf $(BUILD) $(BUILD)-*
