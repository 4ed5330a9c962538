import Foundation
import JobStore
import JobStoreSQLite
import PullJobs
import RoostAPI
import RoostCore
import Synchronization
import SystemPackage
import Testing

extension PullWorkerTests {
    /// Which files a pull takes, and what it says beforehand.
    @Suite struct PullPlanTests {
        private let files = [
            "a/b/m-Q4_K_M.gguf": 5000, "a/b/m-Q8_0.gguf": 9000, "a/b/README.md": 10, "a/b/config.json": 20, "a/b/tensors/x.safetensors": 300,
        ]

        private func pull(_ bench: Bench, allow: [String]? = nil, ignore: [String]? = nil, model: String = "a/b") async throws -> Job {
            var pull = NewPull(model: try ModelReference(parsing: model))
            pull.allowPatterns = allow
            pull.ignorePatterns = ignore
            return try await bench.finished(bench.worker.submit(pull).id)
        }

        private func names(_ job: Job) throws -> [String] {
            let path = try #require(job.localPath, "\(job.traceback ?? "")")
            return try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.contains(".") }.sorted()
        }

        @Test func `allowed patterns are exactly what is fetched, a model or not`() async throws {
            try await PullWorkerTests().withWorker(files) { bench in
                let some = try await pull(bench, allow: ["*.json", "tensors/*"])
                #expect(try names(some) == ["config.json", "tensors/x.safetensors"] && some.totalBytes == 320)
                #expect(some.preferredQuantized == false)
                let model = try await pull(bench, allow: ["*Q8_0*"])
                #expect(try names(model).contains("m-Q8_0.gguf") && model.totalBytes == 9000 && model.preferredQuantized == true)
            }
        }

        @Test func `ignored patterns take files out of the choice`() async throws {
            try await PullWorkerTests().withWorker(files) { bench in
                let job = try await pull(bench, ignore: ["*Q4*", "*.md"])
                #expect(try names(job) == ["config.json", "m-Q8_0.gguf"])
            }
        }

        @Test func `patterns that match nothing fail with a sentence`() async throws {
            try await PullWorkerTests().withWorker(files) { bench in
                let job = try await pull(bench, allow: ["*.onnx"])
                #expect(job.status == .failed && job.error?.contains("None of the 5 files of a/b matches the patterns") == true)
            }
        }

        @Test func `a preview tells what would come and records nothing`() async throws {
            try await PullWorkerTests().withWorker(files) { bench in
                let pull = NewPull(model: try ModelReference(parsing: "a/b"))
                let before = try await bench.worker.preview(pull)
                #expect(before.model == "a/b:Q4_K_M" && before.quantization == "Q4_K_M" && before.offered == ["Q4_K_M", "Q8_0"])
                #expect(before.totalBytes == 5030 && before.missingBytes == 5030 && before.sizeBytes == 5000 && before.access == .open)
                #expect(before.reason.hasPrefix("Q4_K_M is the nearest to Q4_K_M") && before.commit.count == 40)
                #expect(before.disk.fits && before.disk.neededBytes == 5030 && before.memory.fits && before.memory.neededBytes == 5500)
                #expect(before.diskReserveBytes.map { (1...1 << 30).contains($0) } == true)
                #expect(try await bench.database.jobCounts() == [:])
                _ = try await bench.finished(bench.submit("a/b"))
                let after = try await bench.worker.preview(pull)
                #expect(after.missingBytes == 0 && after.files.allSatisfy { $0.presentBytes == $0.size })
                await #expect(throws: RoostError.self) { try await bench.worker.preview(NewPull(model: ModelReference(parsing: "no/such"))) }
            }
        }

        @Test(arguments: [("2515000\n", 2_515_000), ("", nil), ("-3", nil), ("nan", nil), ("fast", nil)] as [(String, Double?)])
        func `a preview goes by the rate of the last pull, also that of an earlier process`(noted: String, rate: Double?) async throws {
            try await PullWorkerTests().withWorker(files, notedRate: noted) { bench in
                let preview = try await bench.worker.preview(NewPull(model: ModelReference(parsing: "a/b")))
                #expect(preview.bytesPerSecond == rate && preview.etaSeconds == rate.map { 5030 / $0 })
            }
        }

        @Test func `held pulls wait, and go on when they may`() async throws {
            // An idle worker asks for the time when it looks at the queue and a job there waits for its time.
            let looks = Mutex(0)
            let now: @Sendable () -> Date = {
                looks.withLock { $0 += 1 }
                return Date()
            }
            try await PullWorkerTests().withWorker(files, now: now) { bench in
                bench.worker.hold(true)
                var later = NewPull(model: try ModelReference(parsing: "a/later"))
                later.runAfter = Timestamp(rawValue: "2099-01-01T00:00:00.000Z")
                _ = try await bench.worker.submit(later)
                let id = try await bench.submit("a/b")
                let before = looks.withLock { $0 }
                while looks.withLock({ $0 }) < before + 4 { try await Task.sleep(for: .milliseconds(5)) }
                #expect(try bench.database.job(id: id)?.status == .queued)
                bench.worker.hold(false)
                #expect(try await bench.finished(id).status == .succeeded)
            }
        }
    }
}
