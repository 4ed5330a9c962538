extension RoostError {
    /// The kind of a failure. A struct, so that a new code breaks no caller.
    public struct Code: Sendable, Hashable, RawRepresentable {
        /// The code as it appears in logs, `traceback` and problem documents.
        public let rawValue: String

        /// Creates a code.
        public init(rawValue: String) { self.rawValue = rawValue }
    }
}

extension RoostError.Code {
    // Errors of the caller.

    /// A request or an argument that is invalid; `field` names the invalid part.
    public static let invalidRequest = Self(rawValue: "invalid_request")
    /// An invalid configuration key or value.
    public static let invalidConfiguration = Self(rawValue: "invalid_configuration")
    /// There is no such job, route or file.
    public static let notFound = Self(rawValue: "not_found")
    /// The route exists, but not for this method.
    public static let methodNotAllowed = Self(rawValue: "method_not_allowed")
    /// The model is not on this machine.
    public static let modelNotFound = Self(rawValue: "model_not_found")
    /// Several models on this machine have the name; the message contains their whole names.
    public static let ambiguousModel = Self(rawValue: "ambiguous_model")
    /// The current state does not allow the request.
    public static let conflict = Self(rawValue: "conflict")
    /// The `Host` header is not one of the server's names, or the request comes from a web page that may not use this
    /// server.
    public static let forbiddenHost = Self(rawValue: "forbidden_host")

    /// The request has no key of this server.
    public static let unauthorized = Self(rawValue: "unauthorized")
    /// The request's key does not allow it.
    public static let forbidden = Self(rawValue: "forbidden")
    /// A body or a file that is larger than allowed.
    public static let tooLarge = Self(rawValue: "too_large")

    // Errors of the Hub.

    /// The repository does not exist, or is private and the token has no access.
    public static let repositoryNotFound = Self(rawValue: "repository_not_found")
    /// The branch, tag or commit does not exist.
    public static let revisionNotFound = Self(rawValue: "revision_not_found")
    /// The file does not exist at that revision.
    public static let entryNotFound = Self(rawValue: "entry_not_found")
    /// The repository's owner has to grant access first.
    public static let gatedRepository = Self(rawValue: "gated_repository")
    /// The Hub refused the token or the access.
    public static let accessDenied = Self(rawValue: "access_denied")
    /// The Hub, or this server, received too many requests.
    public static let rateLimited = Self(rawValue: "rate_limited")
    /// The Hub failed (5xx) or did not answer in its protocol.
    public static let hubFailure = Self(rawValue: "hub_failure")
    /// A response that violates the protocol or is dangerous; another try will not help.
    public static let hubProtocolViolation = Self(rawValue: "hub_protocol_violation")
    /// The network failed: connection, DNS, time-out, or an incomplete body.
    public static let network = Self(rawValue: "network")
    /// The Hub may not be contacted (`HF_HUB_OFFLINE`), and the cache does not have the file.
    public static let offline = Self(rawValue: "offline")
    /// The bytes do not have the digest that the Hub announced.
    public static let digestMismatch = Self(rawValue: "digest_mismatch")
    /// The file does not have the size that the Hub announced.
    public static let sizeMismatch = Self(rawValue: "size_mismatch")

    // Errors of this machine.

    /// There is not enough space on the disk; the message contains the number of missing bytes.
    public static let insufficientSpace = Self(rawValue: "insufficient_space")
    /// The model needs more memory than there is; the message contains both numbers.
    public static let insufficientMemory = Self(rawValue: "insufficient_memory")
    /// Reading or writing a file failed.
    public static let fileSystem = Self(rawValue: "file_system")
    /// An error of jobs.db.
    public static let database = Self(rawValue: "database")
    /// Another program holds the lock of jobs.db.
    public static let databaseBusy = Self(rawValue: "database_busy")
    /// The repository contains no model that Roost can run.
    public static let unsupportedModel = Self(rawValue: "unsupported_model")
    /// A model file that violates its format.
    public static let invalidModelFile = Self(rawValue: "invalid_model_file")
    /// A weight outside the range of the chosen type; another type can store it.
    public static let numberOutOfRange = Self(rawValue: "number_out_of_range")
    /// A weight that is NaN or infinite; no type can store it.
    public static let notFinite = Self(rawValue: "not_finite")
    /// No engine is installed.
    public static let engineMissing = Self(rawValue: "engine_missing")
    /// The engine could not load the model; the message contains the engine's reason.
    public static let engineLoadFailed = Self(rawValue: "engine_load_failed")
    /// The last load failed a moment ago; the next one is allowed after the cooldown.
    public static let engineCoolingDown = Self(rawValue: "engine_cooling_down")
    /// The engine ended, or closed the connection, during the request.
    public static let engineCrashed = Self(rawValue: "engine_crashed")
    /// The text does not fit into the model's context. The word is OpenAI's.
    public static let contextLengthExceeded = Self(rawValue: "context_length_exceeded")
    /// This request has crashed engines before; it is refused for a while.
    public static let crashesEngine = Self(rawValue: "crashes_engine")
    /// The engine answered with an error.
    public static let engineRefused = Self(rawValue: "engine_refused")
    /// All engines that this machine may run at once are busy, or the time limit of the request has passed while others came
    /// first; try again in a moment.
    public static let enginesBusy = Self(rawValue: "engines_busy")
    /// The time limit of the request has passed while its model was being loaded; try again later.
    public static let modelLoading = Self(rawValue: "model_loading")
    /// The time limit of the request has passed.
    public static let timedOut = Self(rawValue: "timed_out")
    /// The server is stopping.
    public static let shuttingDown = Self(rawValue: "shutting_down")
    /// The Roost server cannot be reached.
    public static let serverUnreachable = Self(rawValue: "server_unreachable")
    /// An internal error.
    public static let unexpected = Self(rawValue: "unexpected")

    /// Whether the same request may succeed later without a change.
    public var isTransient: Bool { [.network, .rateLimited, .hubFailure, .enginesBusy, .modelLoading].contains(self) }

    /// Every code of this version, as the API documents them. A newer server may send others.
    public static let all: [Self] = [
        .invalidRequest, .invalidConfiguration, .notFound, .methodNotAllowed, .modelNotFound, .ambiguousModel, .conflict, .forbiddenHost,
        .unauthorized,
        .forbidden, .tooLarge,
        .repositoryNotFound, .revisionNotFound, .entryNotFound, .gatedRepository, .accessDenied, .rateLimited, .hubFailure,
        .hubProtocolViolation, .network, .offline, .digestMismatch, .sizeMismatch, .insufficientSpace, .insufficientMemory, .fileSystem,
        .database, .databaseBusy, .unsupportedModel, .invalidModelFile, .numberOutOfRange, .notFinite, .engineMissing, .engineLoadFailed,
        .engineCoolingDown, .engineCrashed, .contextLengthExceeded, .crashesEngine, .engineRefused, .enginesBusy, .modelLoading, .timedOut,
        .shuttingDown,
        .serverUnreachable, .unexpected,
    ]
}
