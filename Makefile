# Everything a user or developer types. Each target sets up what it needs.

JOBS ?= $(shell nproc)
CC ?= gcc
BUILD ?= build
MINUTES ?= 10
SECONDS ?= 300
CMAKE_FLAGS ?=

NTIO = $(BUILD)/bin/ntio
COMPILE = $(MAKE) --no-print-directory -C $(BUILD) -j $(JOBS)

.PHONY: all setup configure build run test bench bench-wine asan tsan clang fuzz soak coverage format tidy install clean

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
	@echo; echo "A simulated bus master and its driver:"
	@$(NTIO) run --served -o $(BUILD)/dma --device examples/dma/model/engine.c \
	    examples/dma/sys/engine.vcxproj -- examples/dma/exe/engineapp.vcxproj

test: build
	@ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)

bench: configure
	@$(COMPILE) ntio-bench
	@$(BUILD)/bin/ntio-bench $(BUILD)/bench.json

# A driver on ntio and on Wine, if that is installed.
bench-wine: build
	@bench/wine/run $(abspath $(NTIO)) $(abspath $(BUILD))/wine

# The tests again, instrumented; some serve a program that is not.
asan: build
	@$(MAKE) --no-print-directory test BUILD=$(BUILD)-asan \
	    CMAKE_FLAGS="-DNTIO_SANITIZE=address -DNTIO_PLAIN=$(abspath $(NTIO))"

tsan:
	@$(MAKE) --no-print-directory test BUILD=$(BUILD)-tsan CMAKE_FLAGS="-DNTIO_SANITIZE=thread"

clang:
	@scripts/install-packages clang
	@$(MAKE) --no-print-directory test BUILD=$(BUILD)-clang CC=clang

# For MINUTES: a hostile program against a served kernel, with FUZZ=host a hostile driver host, or
# with FUZZ=control and control_kmdf any requests against a driver. What is new is kept in the build folder.
FUZZ ?= channel
ifeq ($(FUZZ),channel)
FUZZ_BUILD = $(BUILD)-asan
FUZZ_FLAGS = -DNTIO_SANITIZE=address
FUZZ_TARGET = fuzz_channel_long
FUZZ_SEEDS = fuzz/seeds/channel
else
FUZZ_BUILD = $(BUILD)-fuzz
FUZZ_FLAGS = -DNTIO_SANITIZE=address -DNTIO_FUZZ=ON
FUZZ_TARGET = fuzz_$(FUZZ)
FUZZ_SEEDS = fuzz/seeds/$(if $(filter host,$(FUZZ)),host,control)
endif

fuzz:
	@scripts/install-packages clang
	@scripts/install-packages libclang-rt-$$(clang -dumpversion | cut -d. -f1)-dev
	@$(MAKE) --no-print-directory configure BUILD=$(FUZZ_BUILD) CMAKE_FLAGS="$(FUZZ_FLAGS)" \
	    CC=$(if $(filter channel,$(FUZZ)),$(CC),clang)
	@$(MAKE) --no-print-directory -C $(FUZZ_BUILD) -j $(JOBS) $(FUZZ_TARGET)
	@mkdir -p $(FUZZ_BUILD)/corpus_$(FUZZ)
	@ASAN_OPTIONS=handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0 \
	    $(FUZZ_BUILD)/bin/$(FUZZ_TARGET) -max_total_time=$$(($(MINUTES) * 60)) -max_len=4096 \
	    -handle_segv=0 -handle_bus=0 -handle_fpe=0 -handle_ill=0 -handle_trap=0 \
	    -artifact_prefix=$(FUZZ_BUILD)/ $(FUZZ_BUILD)/corpus_$(FUZZ) $(FUZZ_SEEDS)

# A hundred programs under load, killed at any moment, for SECONDS; nothing may be left of them.
# Then a program whose driver hosts are.
soak: configure
	@$(COMPILE) ntio-command
	@tests/soak/soak $(NTIO) $(BUILD)/soak examples/transfer/sys/transfer.vcxproj \
	    tests/soak/program.c $(SECONDS)
	@tests/soak/hosts $(NTIO) $(BUILD)/soak-hosts tests/end-to-end/umdf_lent/driver.c \
	    tests/end-to-end/umdf_lent/driver.inx tests/soak/hosts.c $(SECONDS)

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
