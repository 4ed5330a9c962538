import Foundation
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

#if os(Linux)
    extension EndToEndTests {
        /// How much memory the server takes while it pulls. The file is all zeros, and costs no disk on either side: see `CrashLab/zerodisk.c`.
        @Suite(.serialized) struct MemoryTests {
            /// `scripts/check-memory` takes a hundred times as much.
            private static let size = ProcessInfo.processInfo.environment["ROOST_TEST_MEMORY_BYTES"].flatMap(Int64.init) ?? 2_000_000_000
            private static let most: Int64 = 64_000_000

            @Test func `a pull takes at most 64 MB of memory, however large the file is`() async throws {
                try await withTemporaryDirectory { root in
                    let folder = root.appending("hub-files")
                    try SampleHub.addNoise("zero/big", bytes: 0, to: folder)
                    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.appending("zero/big/noise-Q4_0.gguf").string))
                    try file.truncate(atOffset: UInt64(Self.size))
                    try file.close()
                    let hub = try RoostProcess(
                        ["hub", "serve", folder.string, "--port", "0"],
                        environment: ["HOME": root.string, "ROOST_HOME": root.appending("hub").string], log: root.appending("hub.log"))
                    let endpoint = try await hub.line(after: "HF_ENDPOINT=", within: .seconds(600))
                    let disk = try PreloadLibrary("zerodisk")
                    let site = Site(root: root, hubEndpoint: endpoint, variables: ["LD_PRELOAD": disk.path.string])
                    let server = try await site.serve()
                    _ = try await server.client.raw("/status")
                    let idle = try memory("VmRSS", of: server.process)
                    let begin = ContinuousClock.now
                    let job = try await server.pull("zero/big", within: .seconds(3600))
                    let seconds = (ContinuousClock.now - begin) / .seconds(1)
                    #expect(job.status == .succeeded, "\(job.traceback ?? "")")
                    #expect(FileManager.default.fileExists(atPath: try site.snapshotFile("zero/big", "noise-Q4_0.gguf").string))
                    let peak = try memory("VmHWM", of: server.process)
                    print(
                        "a pull of \(ByteCount(Self.size)) at \(ByteCount(Int64(Double(Self.size) / seconds)))/s: idle \(ByteCount(idle)), "
                            + "peak \(ByteCount(peak)), \(ByteCount(peak - idle)) above idle")
                    #expect(peak - idle <= Self.most)
                    #expect(await server.stop() == 0)
                    hub.send(2)
                    #expect(await hub.exitCode() == 0)
                }
            }

            /// A figure of the kernel's about a process, in bytes.
            private func memory(_ name: String, of process: RoostProcess) throws -> Int64 {
                let text = String(decoding: FileManager.default.contents(atPath: "/proc/\(process.identifier)/status") ?? Data(), as: UTF8.self)
                let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name):") })
                return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int64($0) }) * 1024
            }
        }
    }
#endif
