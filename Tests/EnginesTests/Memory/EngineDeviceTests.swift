import ModelFormats
import Testing

@testable import Engines

@Suite("Devices of an engine")
struct EngineDeviceTests {
    @Test("A machine without a device has none")
    func none() {
        #expect(EngineDevice.list("Available devices:\n  (none)\n") == [])
        #expect(EngineDevice.list("") == [])
        #expect(EngineDevice.list("error: unknown argument: --list-devices\n") == [])
    }

    @Test("The recorded lists of CUDA, Metal and Vulkan are read, after what the libraries print")
    func recorded() {
        let cuda = """
            ggml_cuda_init: found 2 CUDA devices:
              Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9, VMM: yes
            load_backend: loaded CUDA backend from /usr/lib/libggml-cuda.so
            Available devices:
              CUDA0: NVIDIA GeForce RTX 4090 (24080 MiB, 23500 MiB free)
              CUDA1: NVIDIA RTX A2000 (12 GB) (11909 MiB, 11000 MiB free)

            """
        #expect(
            EngineDevice.list(cuda) == [
                EngineDevice(name: "CUDA0", description: "NVIDIA GeForce RTX 4090", totalBytes: 24080 << 20, freeBytes: 23500 << 20),
                EngineDevice(name: "CUDA1", description: "NVIDIA RTX A2000 (12 GB)", totalBytes: 11909 << 20, freeBytes: 11000 << 20),
            ])
        let metal = EngineDevice.list("Available devices:\n  MTL0: Apple M2 Max (49152 MiB, 49151 MiB free)\n")
        #expect(metal.map(\.sharesMemory) == [true] && metal[0].totalBytes == 48 << 30)
        let vulkan = EngineDevice.list("Available devices:\n  Vulkan0: AMD Radeon RX 7800 XT (RADV NAVI32) (16368 MiB, 15000 MiB free)\n")
        #expect(vulkan.map(\.description) == ["AMD Radeon RX 7800 XT (RADV NAVI32)"])
    }

    @Test("Lines of another form are no devices, and numbers of any size do not overflow")
    func malformed() {
        for line in [
            "  X: y (1 MiB)", "  X (1 MiB, 1 MiB free)", "  X: y (a MiB, b MiB free)", "  X: y (-1 MiB, 1 MiB free)", "X: y (1 MiB, 1 MiB free)",
            "  X: y (99999999999999999999 MiB, 1 MiB free)", "  X: y (9999999999999999 MiB, 9999999999999999 MiB free)", "  (1 MiB, 1 MiB free):",
        ] { #expect(EngineDevice.list("Available devices:\n\(line)\n") == [], "\(line)") }
        let many = "Available devices:\n" + String(repeating: "  X: y (1 MiB, 1 MiB free)\n", count: 1000)
        #expect(EngineDevice.list(many).count == 64)
        #expect(EngineDevice.list("Available devices:\n  X: y (1 MiB, 7 MiB free)\n")[0].freeBytes == 1 << 20)
    }

    @Test("Layers go to the devices as far as they fit, less 1 GiB and the buffers, and memory of their own saves that of the machine")
    func placement() {
        var (facts, shape) = (ModelFacts(), ModelShape())
        shape.layers = 10
        facts.shape = shape
        facts.weightBytes = 10 << 30
        let plan = EnginePlan(slots: 1, contextLength: 4096, reason: "", makesEmbeddings: false, promptCacheMiB: 0)
        func device(_ gibibytes: Int64, _ name: String = "CUDA0") -> EngineDevice {
            EngineDevice(name: name, description: "", totalBytes: 64 << 30, freeBytes: gibibytes << 30)
        }
        func placement(_ devices: [EngineDevice]) -> DevicePlacement? { EngineNeed(facts, plan, devices: devices).placement }
        #expect(placement([]) == nil)
        #expect(placement([device(1)])?.layers == 0 && placement([device(6)])?.layers == 4)
        #expect(placement([device(6), device(4)])?.layers == 6 && placement([device(64), device(64)])?.layers == 10)
        let alone = EngineNeed(facts, plan).bytes
        #expect(EngineNeed(facts, plan, devices: [device(6)]).bytes == alone - 4 << 30)
        #expect(EngineNeed(facts, plan, devices: [device(6, "MTL0")]).bytes == alone)
        facts.weightBytes = .max
        #expect(placement([device(64)])?.layers == 0)
        facts.shape = nil
        #expect(placement([device(64)])?.layers == 0)
    }
}
