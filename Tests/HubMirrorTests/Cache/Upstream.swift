import Foundation
import HTTPTypes
import HubClient
import Hummingbird
import NIOCore
import RoostCore
import Synchronization
import SystemPackage
import TestSupport

@testable import HubMirror

/// What an upstream does to the mirror that asks it.
final class UpstreamControl: RouterMiddleware {
    private struct State {
        var isGone = false
        var refusal: MirrorError?
        var wrongBodies = 0
        var bodies: [String: Int] = [:]
        var authorizations: [String?] = []
        /// Bodies stop after so many bytes until `release()`.
        var held: Int?
    }

    private let state = Mutex(State())
    private let released = AsyncStream<Void>.makeStream()

    /// From now on every connection breaks before an answer.
    func leave() { state.withLock { $0.isGone = true } }
    /// Every file is refused so.
    func refuse(_ error: MirrorError) { state.withLock { $0.refusal = error } }
    /// The next bodies have a wrong byte each.
    func spoil(_ count: Int) { state.withLock { $0.wrongBodies = count } }
    /// Bodies stop there until `release()`.
    func hold(after bytes: Int) { state.withLock { $0.held = bytes } }
    func release() { released.continuation.finish() }
    /// How often each file was sent.
    var bodies: [String: Int] { state.withLock { $0.bodies } }
    var authorizations: [String?] { state.withLock { $0.authorizations } }

    @concurrent func handle(
        _ request: Request, context: BasicRequestContext, next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let isGone = state.withLock { state in
            state.authorizations.append(request.headers[.authorization])
            return state.isGone
        }
        if isGone { return Response(status: .ok, headers: [.contentLength: "100"], body: ResponseBody(contentLength: 100) { _ in throw Gone() }) }
        guard request.method == .get, request.uri.path.contains("/resolve/") else { return try await next(request, context) }
        let (refusal, isWrong, held) = state.withLock { state in
            state.bodies[request.uri.path.split(separator: "/").last.map(String.init) ?? "", default: 0] += 1
            state.wrongBodies -= 1
            return (state.refusal, state.wrongBodies >= 0, state.held)
        }
        if let refusal { return refusal.response }
        var response = try await next(request, context)
        response.body = changed(response.body, isWrong, held)
        return response
    }

    private func changed(_ body: ResponseBody, _ isWrong: Bool, _ held: Int?) -> ResponseBody {
        let sent = Mutex(0)
        let length = body.contentLength
        let changed = body.map { [released] buffer in
            var buffer = buffer
            let before = sent.withLock { sent in
                defer { sent += buffer.readableBytes }
                return sent
            }
            if isWrong, before == 0, let byte = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) {
                buffer.setInteger(byte ^ 1, at: buffer.readerIndex)
            }
            if let held, before >= held { for await _ in released.stream {} }
            return buffer
        }
        return ResponseBody(contentLength: length) { writer in try await changed.write(writer) }
    }

    private struct Gone: Error {}
}

/// An upstream, and a mirror in front of it, each on a port of its own.
struct PassThrough: Sendable {
    let mirror: String
    let upstream: UpstreamControl
    let cache: FilePath
    let files: MirrorFixture

    /// Runs both while `body` runs, over these files, and with the mirror's own token for the upstream.
    static func run(
        _ files: [String: [UInt8]], token: String? = nil, in directory: FilePath, _ body: (PassThrough) async throws -> Void
    ) async throws {
        let upstream = MirrorFixture(directory.appending("upstream"))
        for (path, bytes) in files { try upstream.write(path, bytes) }
        let control = UpstreamControl()
        try await withRunningService { ready in
            HubMirror(configuration: upstream.configuration, middleware: [control], logger: .silent, onRunning: ready)
        } _: { (port: Int) in
            try await serve(in: directory, upstream: "http://127.0.0.1:\(port)", token: token) { mirror in
                let cache = directory.appending("cache")
                try await body(PassThrough(mirror: mirror, upstream: control, cache: cache, files: upstream))
            }
        }
    }

    /// Runs a mirror over the cache of a directory; `body` gets its URL.
    static func serve(in directory: FilePath, upstream: String?, token: String? = nil, _ body: (String) async throws -> Void) async throws {
        var configuration = HubMirror.Configuration(directory: nil, port: 0, indexDirectory: directory.appending("index"))
        // Of a machine that is kept waiting nothing is given up.
        configuration.patience = .seconds(300)
        let environment = ["HF_HUB_CACHE": directory.appending("cache").string, "HF_TOKEN": token ?? "", "HF_HOME": directory.string]
        try configuration.serveCache(environment: environment, upstream: upstream)
        let mirror = configuration
        try await withRunningService { ready in
            HubMirror(configuration: mirror, logger: .silent, onRunning: ready)
        } _: { (port: Int) in
            try await body("http://127.0.0.1:\(port)")
        }
    }
}
