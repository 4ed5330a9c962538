package import NIOCore
package import NIOHTTP1

/// Applies the rules of a connection, below the handlers of requests: closes it after its last answer, discards the
/// unread part of a request, closes the connection of a client that does not read, answers `Expect: 100-continue`, and
/// answers HTTP/1.0 clients in HTTP/1.0.
package final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private let limits: HTTPLimits
    private let isAdmitted: Bool
    private var exchange = HTTPExchange()
    private var pace: ReaderPace
    private var paceCheck: Scheduled<Void>?
    private var isStopping = false
    /// Whether the last answer is being sent and no other follows.
    private var isFlushingLast = false
    /// The ends of answers that the system has not accepted yet.
    private var unsentEnds = 0
    private var isCloseHeld = false
    /// The scheduled close of a connection whose last answer is sent; `nil` before.
    private var lingering: Scheduled<Void>?
    private var thrownAway = 0
    /// The requests to report the client's disconnection, while a request is answered.
    private var watches: [DepartureWatch] = []
    /// Whether the client has closed its sending side.
    private var hasLeft = false
    /// Whether the connection is closed, or its sending side has been for a while.
    private var isClosed = false
    /// Ends the work for a client that has closed its sending side: most have gone.
    private var halfCloseEnd: Scheduled<Void>?

    /// Creates the guard of a connection.
    ///
    /// - Parameters:
    ///   - limits: The limits.
    ///   - isAdmitted: Whether its address may have a further connection; otherwise the client gets 429 and the
    ///     connection is closed.
    package init(limits: HTTPLimits, isAdmitted: Bool) {
        self.limits = limits
        self.isAdmitted = isAdmitted
        pace = ReaderPace(leastBytes: limits.readerBytes)
    }

    package func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if !isAdmitted { refuse(context) }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        stopTimers()
        end()
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { stopTimers() }

    /// Tells all watches.
    private func end() {
        isClosed = true
        tellDeparture()
    }

    private func tellDeparture() {
        hasLeft = true
        for watch in watches where hasEnded(watch) { watch.onDeparture() }
        watches.removeAll(where: hasEnded)
    }

    private func hasEnded(_ watch: DepartureWatch) -> Bool { watch.allowsHalfClose ? isClosed : hasLeft }

    private func stopTimers() {
        paceCheck?.cancel()
        lingering?.cancel()
        halfCloseEnd?.cancel()
    }

    private func refuse(_ context: ChannelHandlerContext) {
        let text = ConnectionRefusal.body(most: limits.connectionsPerAddress)
        context.write(wrapOutboundOut(.head(ConnectionRefusal.head(length: text.utf8.count))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}

// MARK: - Input

extension ConnectionGuard {
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard !exchange.isOver else {
            if case .body(let bytes) = part { thrownAway += bytes.readableBytes }
            if thrownAway > limits.lingeringBytes { context.close(promise: nil) }
            return
        }
        exchange.read(part)
        context.fireChannelRead(data)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // The handlers behind this one accept no more data, so they do not request any.
        if lingering != nil { context.read() }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            tellDeparture()
            halfCloseEnd = context.eventLoop.assumeIsolated().scheduleTask(in: limits.halfClose) { self.end() }
            if lingering != nil { context.close(promise: nil) }
        case is ChannelShouldQuiesceEvent:
            isStopping = true
            if lingering != nil {
                context.close(promise: nil)
            } else if paceCheck != nil {
                beginPace(context)
            }
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }
}

// MARK: - Output

extension ConnectionGuard {
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.code >= 200:
            exchange.write(&head)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            watches = []
            let isLast = exchange.writeEnd() == .close
            let sent = promise ?? context.eventLoop.makePromise()
            unsentEnds += 1
            sent.futureResult.assumeIsolated().whenComplete { result in
                self.unsentEnds -= 1
                guard isLast || self.isCloseHeld && self.unsentEnds == 0 else { return }
                switch result {
                case .success: self.linger(context)
                case .failure: context.close(promise: nil)
                }
            }
            context.write(data, promise: sent)
            if isLast { expectLast(context) }
        default: context.write(data, promise: promise)
        }
    }

    /// Holds a close until the end of an answer is sent: the channel would drop what the system has not accepted.
    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, unsentEnds > 0, context.channel.isActive else { return context.close(mode: mode, promise: promise) }
        context.channel.closeFuture.cascade(to: promise)
        isCloseHeld = true
        context.flush()
        if unsentEnds > 0 { expectLast(context) }
    }

    /// Watches that the client takes what is left.
    private func expectLast(_ context: ChannelHandlerContext) {
        isFlushingLast = true
        if paceCheck == nil { beginPace(context) }
    }

    package func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event {
        case is BodyWanted where exchange.takeContinue():
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: promise)
        case is BodyWanted: promise?.succeed()
        case let watch as DepartureWatch:
            if hasEnded(watch) { watch.onDeparture() } else { watches.append(watch) }
            promise?.succeed()
        default: context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    /// Keeps the connection open for a moment: if it were closed while the client is still sending, the system would
    /// reset it and the client would lose the answer.
    private func linger(_ context: ChannelHandlerContext) {
        guard context.channel.isActive, lingering == nil else { return }
        paceCheck?.cancel()
        paceCheck = nil
        lingering = context.eventLoop.assumeIsolated().scheduleTask(in: isStopping ? .zero : limits.lingering) { context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        context.read()
    }
}

// MARK: - Clients that do not read

extension ConnectionGuard {
    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !context.channel.isWritable {
            beginPace(context)
        } else if !isFlushingLast {
            paceCheck?.cancel()
            paceCheck = nil
        }
        context.fireChannelWritabilityChanged()
    }

    private func beginPace(_ context: ChannelHandlerContext) {
        pace.begin(waiting: waiting(context))
        schedulePaceCheck(context)
    }

    private func schedulePaceCheck(_ context: ChannelHandlerContext) {
        paceCheck?.cancel()
        let window = isStopping ? limits.readerWindowAtStop : limits.readerWindow
        paceCheck = context.eventLoop.assumeIsolated().scheduleTask(in: window) {
            if self.pace.passes(waiting: self.waiting(context)) {
                self.schedulePaceCheck(context)
            } else {
                context.close(promise: nil)
            }
        }
    }

    /// The number of bytes that the system has not accepted yet.
    private func waiting(_ context: ChannelHandlerContext) -> Int {
        // Where the channel does not provide the number, the client has to accept all data in one window.
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? .max
    }
}
