import FaultHub
import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension FaultRun {
    /// A pull in a server that is killed on the way and started again.
    static func kill(_ fault: Fault, seed: Int, in lab: FaultLab) async throws -> FaultRun {
        var run = FaultRun(fault, seed: seed, hasKill: true)
        let start = ContinuousClock.now
        try await withTemporaryDirectory { root in
            try await lab.run(fault, seed: seed) { hub, first, last in
                var server = try await site(root, first, fault).serve()
                var request = PullRequest(model: FaultRepository.name(seed: seed))
                request.maxRetries = fault.maxRetries
                let id = try await server.client.pull(request).jobID
                try await run.killAtAMoment(server, hub, id)
                run.problems += CacheAudit(root.appending("hf/hub")).problems(readingAll: true)
                server = try await site(root, last, fault).serve()
                run.job = try await run.follow(id, server)
                run.messages = try await server.client.history(of: id).compactMap(\.message)
                run.figures = hub.meter.figures
                run.peakMemory = max(run.peakMemory, server.process.peakMemory)
                if await server.stop() != 0 { run.problems.append("the server did not stop in order") }
                run.seconds = (ContinuousClock.now - start) / .seconds(1)
                let digest = try lab.modelDigest(fault, seed: seed)
                run.judge(digest: digest, root: root, cache: root.appending("hf/hub"), known: ["hf", "home", "serve.log"])
            }
        }
        return run
    }

    private static func site(_ root: FilePath, _ endpoint: String, _ fault: Fault) -> Site {
        let patience = "\(Int(fault.patience / .seconds(1)))"
        var site = Site(root: root, hubEndpoint: endpoint)
        site.variables = ["HF_TOKEN": "hf_secret", "HF_HUB_DOWNLOAD_TIMEOUT": patience, "HF_HUB_ETAG_TIMEOUT": patience]
        return site
    }

    /// Kills the server when the hub has got so many requests, by the seed, and a moment has passed; or when the job has ended before.
    private mutating func killAtAMoment(_ server: Server, _ hub: FaultServer, _ id: String) async throws {
        var generator = SeededGenerator(seed: UInt64(fault.number * 100 + seed))
        let requests = Int.random(in: 1...12, using: &generator)
        let moment = Duration.microseconds(Int.random(in: 0...60_000, using: &generator))
        let deadline = ContinuousClock.now + .seconds(4)
        while hub.meter.figures.requests < requests, ContinuousClock.now < deadline {
            if try await server.client.job(id).job.status.isFinished { break }
            // A server answers a hundred of these a second.
            try await Task.sleep(for: .milliseconds(12))
        }
        try await Task.sleep(for: moment)
        peakMemory = server.process.peakMemory
        server.process.send(SIGKILL)
        if await server.process.exitCode() != 128 + SIGKILL { problems.append("the server had ended before it was killed") }
    }

    private mutating func follow(_ id: String, _ server: Server) async throws -> Job? {
        let cache = server.site.cache
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            let job = try await server.client.job(id).job
            sample(job, cache: cache)
            if job.status.isFinished { return job }
            if fault.waitsLong, isParked(job, now: Date()) { _ = try await server.client.resume(id) }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }
}

extension RoostProcess {
    /// The most memory that the process has had so far, in bytes; 0 where the system does not tell it of others.
    var peakMemory: Int64 {
        let status = (try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int64($0.filter(\.isNumber)) }.map { $0 * 1024 } ?? 0
    }
}
