import HTTPServing
import Hummingbird
import Logging
import NIOCore
import RoostCore

/// A request's context with its connection: the client's address, and the way to send files.
struct MirrorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// Checks the access to the mirror, and passes the connection to bodies that can use it.
struct GuardedResponder<Inner: HTTPResponder<BasicRequestContext>>: HTTPResponder {
    let access: MirrorAccess
    let isLocal: Bool
    let inner: Inner

    func respond(to request: Request, context: MirrorContext) async throws -> Response {
        do {
            try access.check(request, from: context.channel.remoteAddress, isLocal: isLocal)
        } catch let error as MirrorError {
            let response = error.response
            return request.method == .head ? response.createHeadResponse() : response
        }
        let plain = BasicRequestContext(source: ApplicationRequestContextSource(channel: context.channel, logger: context.logger))
        let client = context.channel.remoteAddress.flatMap(ConnectionCounter.client) ?? ""
        // Nothing more is read for a client that has gone: connections are limited, and so is the work for them.
        var response = try await ServedClient.respond(as: client) {
            try await context.channel.whileClientStays(allowsHalfClose: true) { try await inner.respond(to: request, context: plain) }
        }
        // A list that is created while it is sent has no length yet.
        if response.body.contentLength.map({ $0 >= FileSender.smallest }) ?? true {
            response.body = FileSender.body(response.body, over: context.channel)
        }
        return response
    }
}
