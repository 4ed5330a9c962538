import HTTPTypes
import RoostCore

extension MirrorError {
    /// Converts an error of the upstream for the client whose request caused it.
    ///
    /// - Parameter error: The error of the upstream.
    init(upstream error: RoostError) {
        switch error.code {
        case .repositoryNotFound: self.init(status: .notFound, code: "RepoNotFound", message: "Repository not found")
        case .revisionNotFound, .invalidRequest, .offline: self.init(status: .notFound, code: "RevisionNotFound", message: error.message)
        case .entryNotFound: self.init(status: .notFound, code: "EntryNotFound", message: error.message)
        case .gatedRepository:
            self.init(status: .forbidden, code: "GatedRepo", message: "The upstream does not give this mirror access. \(error.message)")
        case .accessDenied: self.init(status: .forbidden, message: "The upstream does not give this mirror access. \(error.message)")
        case .rateLimited:
            let seconds = error.retryAfter.map { max(1, Int(($0 / .seconds(1)).rounded(.up))) } ?? 10
            self.init(status: .tooManyRequests, message: error.message, headers: [.retryAfter: "\(seconds)"])
        case .insufficientSpace:
            self.init(status: .init(code: 507, reasonPhrase: "Insufficient Storage"), message: "The disk of this mirror is full.")
        case .network, .hubFailure, .hubProtocolViolation, .digestMismatch, .sizeMismatch:
            self.init(status: .badGateway, message: "The upstream of this mirror failed: \(error.message)")
        case .shuttingDown: self = .tooBusy
        // All other errors are this machine's; its log contains the details.
        default: self = .failure
        }
    }

    /// Returns the same failure for a client that waits for a file's bytes. Clients retry only a 429 there.
    var forBody: MirrorError {
        guard status == .badGateway else { return self }
        return MirrorError(status: .tooManyRequests, code: code, message: message, headers: [.retryAfter: "5"])
    }
}
