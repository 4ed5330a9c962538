package import NIOHTTP1

/// The unanswered requests of a connection, and whether the connection ends with the next answer.
///
/// The connection ends when the client or the answer requests it, when the client uses HTTP/1.0, and when the answer
/// begins before the request's body is complete: the rest of such a body is not read, and may never end.
package struct HTTPExchange {
    private struct Unanswered {
        let isOld: Bool
        let staysOpen: Bool
        var waitsForContinue: Bool
        var isComplete = false
    }

    /// The consequence of a part of the response for the connection.
    package enum End {
        case none
        /// Nothing more will be sent; the connection is to be closed.
        case close
    }

    private var unanswered: [Unanswered] = []
    /// Whether all further input is discarded.
    private(set) var isOver = false

    /// Records a part of a request.
    package mutating func read(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            let isOld = head.version.major < 1 || head.version == .http1_0
            let waits = !isOld && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
            unanswered.append(Unanswered(isOld: isOld, staysOpen: !isOld && head.isKeepAlive, waitsForContinue: waits))
        case .body: change { $0.waitsForContinue = false }
        case .end: change { $0.isComplete = true }
        }
    }

    /// Returns whether the client waits for a request to send its body; `true` only once.
    package mutating func takeContinue() -> Bool {
        guard unanswered.count == 1, unanswered[0].waitsForContinue, !isOver else { return false }
        unanswered[0].waitsForContinue = false
        return true
    }

    /// Records the start of an answer and writes into its head whether the connection stays open. Informational answers
    /// are not recorded.
    package mutating func write(_ head: inout HTTPResponseHead) {
        if let request = unanswered.first {
            // NIO uses chunks where the version allows them.
            if request.isOld { head.version = .http1_0 }
            isOver = !request.staysOpen || !request.isComplete
        }
        isOver = isOver || head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
        if isOver { head.headers.replaceOrAdd(name: "connection", value: "close") }
    }

    /// Records the end of an answer.
    package mutating func writeEnd() -> End {
        if !unanswered.isEmpty { unanswered.removeFirst() }
        return isOver ? .close : .none
    }

    private mutating func change(_ change: (inout Unanswered) -> Void) {
        guard !unanswered.isEmpty else { return }
        change(&unanswered[unanswered.count - 1])
    }
}
