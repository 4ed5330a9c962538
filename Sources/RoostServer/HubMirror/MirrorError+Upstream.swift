import HTTPTypes
import RoostCore

extension MirrorError {
    /// What the upstream refused or failed with, for the client that made us ask.
    ///
    /// - Parameter error: What asking ended with.
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
        // The rest is this machine's own trouble, and its log says more.
        default: self = .failure
        }
    }

    /// The same failure while a file's bytes are waited for. Clients repeat a 429 there, and nothing else.
    var forBody: MirrorError {
        guard status == .badGateway else { return self }
        return MirrorError(status: .tooManyRequests, code: code, message: message, headers: [.retryAfter: "5"])
    }
}
