import Access
import Foundation
import Logging
import NIOHTTP1
import RoostCore
import RoostServer
import SystemPackage
import TestSupport

/// What the tests of keys ask a server for.
extension RunningServer {
    /// keys.db of the home, as the command opens it.
    func withKeys<Value>(_ work: (KeyStore) throws -> Value) throws -> Value { try Self.withKeys(in: home, work) }

    static func withKeys<Value>(in home: FilePath, _ work: (KeyStore) throws -> Value) throws -> Value {
        let store = try KeyStore(path: home.appending("keys.db"))
        let result = Result { try work(store) }
        try store.close()
        return try result.get()
    }

    /// Makes a key.
    static func key(_ name: String, _ scopes: Set<KeyScope>, in home: FilePath, _ adjust: (inout NewKey) -> Void = { _ in }) throws -> String {
        var new = NewKey(name: name, scopes: scopes)
        adjust(&new)
        return try withKeys(in: home) { [new] in try $0.create(new).key.text.value }
    }

    /// Runs a server that has some keys from the start, and a test with it and the texts of the keys.
    static func run(
        keys new: [NewKey], logger: Logger = .silent, guardCommand: [String] = ["/bin/false"],
        _ adjust: (inout ServerSettings) throws -> Void = { _ in }, _ body: (RunningServer, [String]) async throws -> Void
    ) async throws {
        var keys: Result<[String], any Error> = .success([])
        try await run(logger: logger, guardCommand: guardCommand) { settings in
            keys = Result {
                try adjust(&settings)
                return try withKeys(in: settings.home) { store in try new.map { try store.create($0).key.text.value } }
            }
        } _: { server in
            try await body(server, keys.get())
        }
    }

    /// Runs a server that has a key for each scope from the start, and a test with it and the keys.
    static func runKeyed(
        _ adjust: (inout ServerSettings) throws -> Void = { _ in }, _ body: (RunningServer, [KeyScope: String]) async throws -> Void
    ) async throws {
        let scopes = KeyScope.allCases
        try await run(keys: scopes.map { NewKey(name: "\($0)", scopes: [$0]) }, adjust) { server, keys in
            try await body(server, Dictionary(uniqueKeysWithValues: zip(scopes, keys)))
        }
    }

    func send(_ method: HTTPMethod, _ path: String, key: String?, headers: HTTPHeaders = [:], body: String? = nil) async throws -> Answer {
        var headers = headers
        if let key { headers.add(name: "Authorization", value: "Bearer \(key)") }
        return try await send(method, path, headers: headers, body: body.map { Array($0.utf8) })
    }

    /// Asks until the answer has a status; the test's own limit ends it.
    func wait(for status: Int, _ path: String, key: String?) async throws {
        while try await send(.GET, path, key: key).status != status { try await Task.sleep(for: .milliseconds(50)) }
    }
}
