import AsyncHTTPClient
import FaultHub
import Foundation
import Logging
import RoostServer
import SystemPackage
import TestSupport

@testable import HubMirror

/// What all runs of all faults share: two real mirrors of the same repositories, with other bytes in the second one.
struct FaultLab: Sendable {
    /// The URL of the honest mirror, and of the other one.
    let honest: String, other: String
    /// For the faulty hubs' own requests.
    let client: HTTPClient
    private let files: FilePath

    static let quiet = Logger.silent

    /// Sets the mirrors up while `body` runs.
    static func run<Value: Sendable>(_ body: (FaultLab) async throws -> Value) async throws -> Value {
        try await withTemporaryDirectory { files in
            try FaultRepository.make(in: files.appending("honest"), salt: 1)
            try FaultRepository.make(in: files.appending("other"), salt: 1001)
            return try await mirror(files.appending("honest")) { honest in
                try await mirror(files.appending("other")) { other in
                    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
                    do {
                        let value = try await body(FaultLab(honest: honest, other: other, client: client, files: files))
                        try await client.shutdown()
                        return value
                    } catch {
                        try await client.shutdown()
                        throw error
                    }
                }
            }
        }
    }

    private static func mirror<Value: Sendable>(_ folder: FilePath, _ body: (String) async throws -> Value) async throws -> Value {
        try await withRunningService { ready in
            HubMirror(configuration: .init(directory: folder, port: 0), logger: quiet, onRunning: ready)
        } _: { (port: Int) in
            try await body("http://127.0.0.1:\(port)")
        }
    }

    /// The sha256 that the model must have in the end.
    func modelDigest(_ fault: Fault, seed: Int) throws -> String {
        let folder = files.appending(fault.endsWithOther ? "other" : "honest")
        return try sha256(of: folder.appending(FaultRepository.name(seed: seed)).appending(FaultRepository.model))
    }

    /// Runs a faulty hub, and a way to it that may be faulty as well.
    /// `body` gets the hub, the endpoint to begin with, and the one that is right in the end.
    func run<Value: Sendable>(_ fault: Fault, seed: Int, _ body: (FaultServer, String, String) async throws -> Value) async throws -> Value {
        try await FaultServer.run(fault, seed: seed, honest: honest, other: other, client: client) { server in
            switch fault.way {
            case .open, .refusedAtFirst: return try await body(server, server.endpoint, server.endpoint)
            case .nameless:
                // Longer than the limit of a label, so the resolver refuses it without a query.
                return try await body(server, "http://\(String(repeating: "x", count: 64)).invalid:8006", server.endpoint)
            case .untrusted:
                let hub = try await UntrustedHub(variant: seed)
                defer { hub.stop() }
                return try await body(server, hub.endpoint, hub.endpoint)
            }
        }
    }
}
