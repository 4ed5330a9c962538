import SystemPackage
import Testing

@testable import Engines

/// What `roost doctor` shows about an engine.
@Suite struct DeviceReportTests {
    @Test(arguments: [
        (
            """
            ggml_cuda_init: found 1 CUDA devices:
              Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9, VMM: yes
            Available devices:
              CUDA0: NVIDIA GeForce RTX 4090 (24080 MiB, 23500 MiB free)
            """, "CUDA0 (NVIDIA GeForce RTX 4090, 25.2 GB, 24.6 GB free)"
        ),
        ("Available devices:\n  MTL0: Apple M2 Max (49152 MiB, 49151 MiB free)\n", "MTL0 (Apple M2 Max, 51.5 GB, 51.5 GB free)"),
        (
            "Available devices:\n  Vulkan0: AMD Radeon RX 7800 XT (RADV NAVI32) (16368 MiB, 15000 MiB free)\n  Vulkan1: llvmpipe (1 MiB, 1 MiB free)\n",
            "Vulkan0 (AMD Radeon RX 7800 XT (RADV NAVI32), 17.2 GB, 15.7 GB free), Vulkan1 (llvmpipe, 1.05 MB, 1.05 MB free)"
        ),
    ]) func `devices have their name and their memory`(output: String, text: String) {
        #expect(DeviceReport(output: output).description == text)
    }

    @Test(arguments: [
        "Available devices:\n  (none)\n", "Available devices:\n",
        "load_backend: loaded CPU backend from /usr/lib/x.so\nAvailable devices:\n  (none)\n",
    ]) func `an engine for the processor has none`(output: String) {
        let report = DeviceReport(output: output)
        #expect(report == .processorOnly && report.description.hasPrefix("none; the engine computes on the processor."))
    }

    @Test func `another program, or one that prints nothing, is not taken for an engine without devices`() {
        #expect(DeviceReport(output: "error: invalid argument: --list-devices\n") == .unknown("error: invalid argument: --list-devices"))
        #expect(DeviceReport(output: "").description == "the engine does not list them.")
        #expect(DeviceReport(output: "Available devices:\n  X: y (1 MiB)\n") == .unknown("  X: y (1 MiB)"))
        #expect(DeviceReport(output: String(repeating: "x", count: 100_000)).description.count < 300)
    }

    @Test(arguments: [
        (EngineConfinement.landlock(version: 7), "active (Landlock, version 7)", "open no TCP connection"),
        (.landlock(version: 3), "active (Landlock, version 3)", "since 6.7"), (.turnedOff, "off", "unconfined_engines is set"),
        (.refused(.noFunction), "off", "since 5.13"), (.refused(Errno(rawValue: 95)), "off", "`lsm=`"),
        (.refused(.notPermitted), "off", "container"), (.noInterface, "off", "no supported interface"),
    ]) func `confinement is told with what engines may use, or why there is none`(confinement: EngineConfinement, begin: String, part: String) {
        #expect(confinement.description.hasPrefix(begin) && confinement.description.contains(part), "\(confinement.description)")
        #expect(confinement.isActive == begin.hasPrefix("active"))
        #expect(confinement.isActive || confinement.description.hasSuffix("engines may use all files of this user"))
    }

    @Test func `the setting turns confinement off on each machine`() {
        #expect(EngineConfinement.ofThisMachine(isTurnedOff: true) == .turnedOff)
        #if os(Linux)
            let found = EngineConfinement.ofThisMachine(isTurnedOff: false)
            #expect(Landlock.version > 0 ? found == .landlock(version: Landlock.version) : !found.isActive)
        #else
            #expect(EngineConfinement.ofThisMachine(isTurnedOff: false) == .noInterface)
        #endif
    }
}
