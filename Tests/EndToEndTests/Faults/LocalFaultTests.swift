import FaultHub
import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension EndToEndTests {
    /// The disk below the Hub cache fails: this call and that, with EIO, ENOSPC, or with kill -9 in the middle of the call.
    @Suite(.serialized, .enabled(if: FaultDisk.isSupported, "needs a library in place of libc's functions: LD_PRELOAD"))
    struct LocalFaultTests {
        private static let isFull = ProcessInfo.processInfo.environment["ROOST_FAULTS"] == "all"

        /// From the first call of a kind to one that only a large file needs.
        private static var faults: [FaultDisk.Fault] {
            let numbers = isFull ? [1, 2, 3, 5, 8, 13, 21] : [1, 4, 13]
            return [FaultDisk.Fault.Kind.open, .write, .sync, .rename, .truncate].flatMap { kind in
                [FaultDisk.Fault.Effect.ioError, .noSpace, .kill].flatMap { effect in
                    numbers.map { FaultDisk.Fault(kind: kind, number: $0, effect: effect, isPersistent: effect != .kill && $0 % 2 == 1) }
                }
            }
        }

        @Test func `a disk that fails costs a sentence, never a wrong file, and the next try goes on`() async throws {
            try await FaultLab.run { lab in
                var struck = 0
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for (index, fault) in Self.faults.enumerated() {
                        if index >= 6, try await group.next() == true { struck += 1 }
                        group.addTask { try await Self.strikes(fault, seed: index % 2, in: lab) }
                    }
                    for try await hasStruck in group where hasStruck { struck += 1 }
                }
                print("disk faults: \(struck) of \(Self.faults.count) struck")
                // A pull makes few calls of some kinds; most faults lie within what it makes.
                #expect(struck * 2 > Self.faults.count)
            }
        }

        /// Pulls on a disk with the fault, and again without.
        ///
        /// - Returns: Whether the fault has struck.
        private static func strikes(_ fault: FaultDisk.Fault, seed: Int, in lab: FaultLab) async throws -> Bool {
            try await withTemporaryDirectory { root in
                for problem in try await problems(of: fault, seed: seed, root: root, in: lab) { Issue.record("disk fault \(fault): \(problem)") }
                return FileManager.default.fileExists(atPath: root.appending("report").string)
            }
        }

        private static func problems(of fault: FaultDisk.Fault, seed: Int, root: FilePath, in lab: FaultLab) async throws -> [String] {
            let disk = FaultDisk(folder: root.appending("hf"), fault: fault, report: root.appending("report"))
            try FileManager.default.createDirectory(atPath: disk.folder.string, withIntermediateDirectories: true)
            var site = Site(root: root, hubEndpoint: lab.honest)
            site.variables = try disk.environment
            let server = try await site.serve()
            var request = PullRequest(model: FaultRepository.name(seed: seed))
            request.maxRetries = 0
            let id = try await server.client.pull(request).jobID
            var problems = judge(await end(of: id, server), fault)
            server.process.send(SIGKILL)
            _ = await server.process.exitCode()
            problems += CacheAudit(site.cache).problems(readingAll: true)
            // The disk is well again.
            site.variables = [:]
            let second = try await site.serve()
            if try await second.client.job(id).job.status == .failed { _ = try await second.client.retry(id) }
            let job = try await second.finished(id)
            let model = try? site.snapshotFile(FaultRepository.name(seed: seed), FaultRepository.model)
            let wanted = try lab.modelDigest(Fault.all[0], seed: seed)
            if job.status != .succeeded || model.flatMap({ try? sha256(of: $0) }) != wanted {
                problems.append("afterwards the job is \(job.status.rawValue): \(job.traceback ?? "")")
            }
            if await second.stop() != 0 { problems.append("the server did not stop in order") }
            return problems + CacheAudit(site.cache).problems(readingAll: true)
        }

        /// The job at its end; `nil` when its server ended before.
        private static func end(of id: String, _ server: Server) async -> Job? {
            for _ in 0..<12_000 {
                // A server that was killed does not answer.
                guard let job = try? await server.client.job(id).job else { return nil }
                if job.status.isFinished { return job }
                try? await Task.sleep(for: .milliseconds(50))
            }
            return nil
        }

        private static func judge(_ job: Job?, _ fault: FaultDisk.Fault) -> [String] {
            guard let job else { return fault.effect == .kill ? [] : ["the job did not end"] }
            // The fault may lie behind what this pull needed.
            guard job.status == .failed, let error = job.error else { return [] }
            let code = (job.traceback?.split(separator: "]").first?.dropFirst()).map { String($0) } ?? ""
            let isRight = fault.effect == .noSpace ? code == "insufficient_space" : code == "file_system"
            return (isRight ? [] : ["the code is \(code): \(error)"]) + Sentence.problems(of: error)
        }
    }
}
