import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RoostServer
import Synchronization
import SystemPackage
import TestSupport

@testable import HubMirror

/// A real mirror, in this process, whose answers the test may count and break.
struct FaultHub: Sendable {
    let endpoint: String
    let meter: HubMeter

    /// Serves a folder while `body` runs.
    static func run<Value>(
        _ directory: FilePath, bytesPerSecond: Int64? = nil, faults: [HubMirror.Middleware] = [], _ body: (FaultHub) async throws -> Value
    ) async throws -> Value {
        let meter = HubMeter()
        let configuration = HubMirror.Configuration(directory: directory, port: 0, bandwidthLimit: bytesPerSecond)
        return try await withRunningService { ready in
            HubMirror(
                configuration: configuration, middleware: [meter] + faults, logger: .silent,
                onRunning: ready)
        } _: { (port: Int) in
            try await body(FaultHub(endpoint: "http://127.0.0.1:\(port)", meter: meter))
        }
    }
}

/// Counts what the mirror hands to clients, and notes what they send.
final class HubMeter: RouterMiddleware {
    private let counted = Mutex((bytes: Int64(0), requests: 0, files: [String: Int](), authorizations: [String]()))

    /// How often files of a repository were asked for.
    func fileRequests(of repository: String) -> Int { counted.withLock { $0.files[repository] ?? 0 } }

    var fileBytes: Int64 { counted.withLock { $0.bytes } }
    var requests: Int { counted.withLock { $0.requests } }
    var authorizations: [String] { counted.withLock { $0.authorizations } }

    @concurrent func handle(
        _ request: Request, context: BasicRequestContext, next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        counted.withLock {
            $0.requests += 1
            if request.asksForFile { $0.files[request.repository, default: 0] += 1 }
            if let value = request.headers[.authorization] { $0.authorizations.append(value) }
        }
        let response = try await next(request, context)
        return request.asksForFile
            ? response.passing { buffer in
                self.counted.withLock { $0.bytes += Int64(buffer.readableBytes) }
                return buffer
            } : response
    }
}

/// Flips one bit in the middle of every chunk of a file: right length, wrong bytes.
struct WrongBytes: RouterMiddleware {
    @concurrent func handle(
        _ request: Request, context: BasicRequestContext, next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        return request.asksForFile
            ? response.passing { buffer in
                var buffer = buffer
                let middle = buffer.readerIndex + buffer.readableBytes / 2
                if let byte = buffer.getInteger(at: middle, as: UInt8.self) { buffer.setInteger(byte ^ 1, at: middle) }
                return buffer
            } : response
    }
}

/// Lets so many bytes of a repository's files through, and the rest when the test says so: what is under way stays so, however slow the machine is.
final class Gate: RouterMiddleware {
    private let state: Mutex<(left: Int64, isOpen: Bool)>

    private let repository: String

    init(after bytes: Int64, of repository: String) {
        state = Mutex((bytes, false))
        self.repository = repository
    }

    func open() { state.withLock { $0.isOpen = true } }

    @concurrent func handle(
        _ request: Request, context: BasicRequestContext, next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        return request.asksForFile && request.repository == repository
            ? response.passing { buffer in
                while !self.admits(buffer.readableBytes) { try await Task.sleep(for: .milliseconds(10)) }
                return buffer
            } : response
    }

    private func admits(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.isOpen || state.left > 0 else { return false }
            state.left -= Int64(bytes)
            return true
        }
    }
}

extension Request {
    fileprivate var repository: String { uri.path.split(separator: "/").prefix(2).joined(separator: "/") }

    fileprivate var asksForFile: Bool { method == .get && uri.path.contains("/resolve/") }
}

extension Response {
    /// The same answer with every chunk of the body handed through `transform`, which keeps its length.
    fileprivate func passing(_ transform: @escaping @Sendable (ByteBuffer) async throws -> ByteBuffer) -> Response {
        let length = headers[.contentLength]
        var response = self
        response.body = body.map { try await transform($0) }
        response.headers[.contentLength] = length
        return response
    }
}
