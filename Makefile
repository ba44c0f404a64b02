# Two commands on a fresh machine: `make demo` and `make test`. The others are parts of them.
PREFIX ?= /usr/local
CONFIGURATION ?= release
PROGRAM = .build/$(CONFIGURATION)/diffmsm
DEMO = out/demo-arm-$(shell date +%Y%m%d-%H%M%S).xdf

.PHONY: demo test docs build lint bench bench-peers soak sanitize interop install packages deb package overload

demo: build
	mkdir -p out
	$(PROGRAM) run --config config/demo-arm.yaml --duration 30s --record $(DEMO)

# imports that are not declared are errors; the build is the one the tests run on
test:
	packaging/install-packages.sh build test
	$(MAKE) lint
	swift build --build-tests --explicit-target-dependency-import-check error
	mkdir -p out
	packaging/test.sh out/test.log
	packaging/check-skips.sh out/test.log Tests/expected-skips.txt

# the modules' reference by DocC, a warning is an error
docs:
	packaging/install-packages.sh build
	swift build --build-tests
	packaging/docs.sh out/docs

build:
	packaging/install-packages.sh build
	swift build -c $(CONFIGURATION) --product diffmsm

lint:
	swift format lint --strict --recursive Sources Tests

bench: build
	packaging/bench.sh $(PROGRAM)
	swift build -c release --product decoder-benchmark
	.build/release/decoder-benchmark Tests/DeviceEmulationTests/devices/*.yaml devices/*.yaml

# the limb's Jacobian side by side with C++, JAX and CasADi in a venv of its own
bench-peers:
	Tests/Benchmarks/bench-peers.sh

# a recording daemon killed 200 times, a minute of damaged recordings, a virtual device unplugged 60 times, then ten minutes of streaming: memory and open files stay flat;
# ten minutes of sixteen channels at 2 kHz with ten windows a second: no sample is missed
soak:
	packaging/install-packages.sh build test
	swift build --build-tests
	packaging/soak.sh 60 600
	swift build -c release --product diffmsm
	swift build -c release --product usb-emulator
	packaging/overload.sh .build/release/diffmsm .build/release/usb-emulator 600 endurance

# Thread Sanitizer and Address Sanitizer over the device layer and a whole session
sanitize:
	packaging/install-packages.sh build test
	swift build --product usb-emulator
	packaging/sanitize.sh 60 60

# an estimator too slow, clients that never read, a stalled disk, one core busy: latency of the feed's path stays
overload: build
	packaging/install-packages.sh test
	swift build -c release --product usb-emulator
	packaging/overload.sh $(PROGRAM) .build/release/usb-emulator

interop: build
	packaging/install-packages.sh test interop
	packaging/interop.sh $(PROGRAM)

install: build
	packaging/install.sh $(PROGRAM) $(PREFIX) $(DESTDIR)

# a Debian package whose program brings Swift's libraries along; the rest it depends on
deb:
	packaging/install-packages.sh build package
	swift build -c release --static-swift-stdlib --scratch-path .build-deb --product diffmsm
	packaging/make-deb.sh .build-deb/release/diffmsm out

# the package in a clean Debian 12, and the service's file under systemd's own eyes; needs root
package: deb
	packaging/verify-service.sh
	packaging/try-deb.sh out/diffmsm_*.deb
