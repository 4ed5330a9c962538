extension RoostError {
    /// What kind of failure a `RoostError` is. A struct, so that a new code breaks no caller.
    public struct Code: Sendable, Hashable, RawRepresentable {
        /// The code as it appears in logs, `traceback` and problem documents.
        public let rawValue: String

        /// Makes a code.
        ///
        /// - Parameter rawValue: `lower_case_words`.
        public init(rawValue: String) { self.rawValue = rawValue }
    }
}

extension RoostError.Code {
    // What the caller sent.

    /// A request or an argument that breaks its rules; `field` names which.
    public static let invalidRequest = Self(rawValue: "invalid_request")
    /// A configuration value or key that cannot be used.
    public static let invalidConfiguration = Self(rawValue: "invalid_configuration")
    /// No such job, route or file.
    public static let notFound = Self(rawValue: "not_found")
    /// There is such a route, but not with this method.
    public static let methodNotAllowed = Self(rawValue: "method_not_allowed")
    /// The model is not on this machine.
    public static let modelNotFound = Self(rawValue: "model_not_found")
    /// The state of things forbids the request.
    public static let conflict = Self(rawValue: "conflict")
    /// The `Host` header is not one of ours, or the request comes from a web page that may not use this server.
    public static let forbiddenHost = Self(rawValue: "forbidden_host")

    /// A body or a file that is larger than allowed.
    public static let tooLarge = Self(rawValue: "too_large")

    // What the Hub said.

    /// The repository does not exist, or is private and the token does not open it.
    public static let repositoryNotFound = Self(rawValue: "repository_not_found")
    /// The branch, tag or commit does not exist.
    public static let revisionNotFound = Self(rawValue: "revision_not_found")
    /// The file does not exist at that revision.
    public static let entryNotFound = Self(rawValue: "entry_not_found")
    /// The repository's owner has to grant access first.
    public static let gatedRepository = Self(rawValue: "gated_repository")
    /// The Hub refused the token or the access.
    public static let accessDenied = Self(rawValue: "access_denied")
    /// The Hub, or this server, was asked too often.
    public static let rateLimited = Self(rawValue: "rate_limited")
    /// The Hub failed (5xx) or answered something that is not its protocol.
    public static let hubFailure = Self(rawValue: "hub_failure")
    /// A response that breaks the protocol or looks hostile; asking again will not help.
    public static let hubProtocolViolation = Self(rawValue: "hub_protocol_violation")
    /// The network failed: connection, DNS, time-out, a body cut short.
    public static let network = Self(rawValue: "network")
    /// The Hub may not be asked (`HF_HUB_OFFLINE`), and the cache does not have it.
    public static let offline = Self(rawValue: "offline")
    /// The bytes do not have the digest the Hub promised.
    public static let digestMismatch = Self(rawValue: "digest_mismatch")
    /// The file does not have the size the Hub promised.
    public static let sizeMismatch = Self(rawValue: "size_mismatch")

    // What this machine could not do.

    /// The disk is too full; the message names the missing bytes.
    public static let insufficientSpace = Self(rawValue: "insufficient_space")
    /// Reading or writing a file failed.
    public static let fileSystem = Self(rawValue: "file_system")
    /// jobs.db failed.
    public static let database = Self(rawValue: "database")
    /// Another program holds jobs.db.
    public static let databaseBusy = Self(rawValue: "database_busy")
    /// The repository holds nothing that Roost can run.
    public static let unsupportedModel = Self(rawValue: "unsupported_model")
    /// A model file that breaks the rules of its format.
    public static let invalidModelFile = Self(rawValue: "invalid_model_file")
    /// A weight that the chosen type cannot hold; another type can.
    public static let numberOutOfRange = Self(rawValue: "number_out_of_range")
    /// A weight that is no number, or infinite; no type can hold it.
    public static let notFinite = Self(rawValue: "not_finite")
    /// No engine is installed.
    public static let engineMissing = Self(rawValue: "engine_missing")
    /// The engine could not load the model; the message carries the engine's own reason.
    public static let engineLoadFailed = Self(rawValue: "engine_load_failed")
    /// The last load failed a moment ago; wait for the cooldown.
    public static let engineCoolingDown = Self(rawValue: "engine_cooling_down")
    /// The engine ended, or broke the connection, while it worked for this request.
    public static let engineCrashed = Self(rawValue: "engine_crashed")
    /// The text does not fit into the model's context. The word is OpenAI's.
    public static let contextLengthExceeded = Self(rawValue: "context_length_exceeded")
    /// Engines crashed over this very request; it is refused for a while.
    public static let crashesEngine = Self(rawValue: "crashes_engine")
    /// The engine answered with an error of its own.
    public static let engineRefused = Self(rawValue: "engine_refused")
    /// Every engine this machine may run at once is busy; ask again in a moment.
    public static let enginesBusy = Self(rawValue: "engines_busy")
    /// The time the request allowed has passed.
    public static let timedOut = Self(rawValue: "timed_out")
    /// The server is stopping.
    public static let shuttingDown = Self(rawValue: "shutting_down")
    /// The Roost server cannot be reached.
    public static let serverUnreachable = Self(rawValue: "server_unreachable")
    /// A failure nobody foresaw.
    public static let unexpected = Self(rawValue: "unexpected")

    /// Whether trying again later can help without anybody changing anything.
    public var isTransient: Bool { [.network, .rateLimited, .hubFailure, .enginesBusy].contains(self) }

    /// Every code that Roost makes; what the API documents. A newer server may send others.
    public static let all: [Self] = [
        .invalidRequest, .invalidConfiguration, .notFound, .methodNotAllowed, .modelNotFound, .conflict, .forbiddenHost, .tooLarge,
        .repositoryNotFound, .revisionNotFound, .entryNotFound, .gatedRepository, .accessDenied, .rateLimited, .hubFailure,
        .hubProtocolViolation, .network, .offline, .digestMismatch, .sizeMismatch, .insufficientSpace, .fileSystem, .database,
        .databaseBusy, .unsupportedModel, .invalidModelFile, .numberOutOfRange, .notFinite, .engineMissing, .engineLoadFailed,
        .engineCoolingDown, .engineCrashed, .contextLengthExceeded, .crashesEngine, .engineRefused, .enginesBusy, .timedOut, .shuttingDown,
        .serverUnreachable, .unexpected,
    ]
}
