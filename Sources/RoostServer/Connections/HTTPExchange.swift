import NIOHTTP1

/// The requests of a connection that have no answer yet, and whether the connection ends with the next answer.
///
/// It ends when the client says so, when the client speaks HTTP/1.0, when the answer says so, and when the answer begins before the request's body is
/// complete: what is left of such a body is nobody's, and may never end.
struct HTTPExchange {
    private struct Unanswered {
        let isOld: Bool
        let staysOpen: Bool
        var waitsForContinue: Bool
        var isComplete = false
    }

    /// What a part of the response means for the connection.
    enum End {
        case none
        /// Nothing more is to be sent; the connection is to be closed.
        case close
    }

    private var unanswered: [Unanswered] = []
    /// Whether nothing that still comes in is passed on.
    private(set) var isOver = false

    /// Notes what came in.
    mutating func read(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            let isOld = head.version.major < 1 || head.version == .http1_0
            let waits = !isOld && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
            unanswered.append(Unanswered(isOld: isOld, staysOpen: !isOld && head.isKeepAlive, waitsForContinue: waits))
        case .body: change { $0.waitsForContinue = false }
        case .end: change { $0.isComplete = true }
        }
    }

    /// Whether the client waits to be told that its body is wanted. It is told once.
    mutating func takeContinue() -> Bool {
        guard unanswered.count == 1, unanswered[0].waitsForContinue, !isOver else { return false }
        unanswered[0].waitsForContinue = false
        return true
    }

    /// Notes that an answer begins, and writes into its head what becomes of the connection. Interim answers are not told.
    mutating func write(_ head: inout HTTPResponseHead) {
        if let request = unanswered.first {
            // NIO sends chunks where the version allows them.
            if request.isOld { head.version = .http1_0 }
            isOver = !request.staysOpen || !request.isComplete
        }
        isOver = isOver || head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
        if isOver { head.headers.replaceOrAdd(name: "connection", value: "close") }
    }

    /// Notes that an answer is complete.
    mutating func writeEnd() -> End {
        if !unanswered.isEmpty { unanswered.removeFirst() }
        return isOver ? .close : .none
    }

    private mutating func change(_ change: (inout Unanswered) -> Void) {
        guard !unanswered.isEmpty else { return }
        change(&unanswered[unanswered.count - 1])
    }
}
