import Access
import JobStore
import RoostCore

/// Who sends a request, as its headers alone tell.
enum Caller: Sendable {
    /// Any program: this server needs no keys.
    case local
    /// A program with a key that may be used. In a box, because every part of the server copies it.
    indirect case key(StoredKey)
    /// A program without a key, or with a wrong one; the error says which.
    case unknown(RoostError)

    /// The sender of a request that no part of the server has looked at.
    static let unseen = Caller.unknown(RoostError(.unauthorized, "The sender of this request is not known."))

    /// The key; `nil` without one.
    var key: StoredKey? { if case .key(let key) = self { key } else { nil } }

    /// Whether it is not a stranger.
    var isKnown: Bool { if case .unknown = self { false } else { true } }

    /// Whether it may do everything.
    var isAdmin: Bool {
        switch self {
        case .local: true
        case .key(let key): key.isAdmin
        case .unknown: false
        }
    }

    /// Refuses a program without a key.
    ///
    /// - Throws: `RoostError` with code `unauthorized`.
    func requireKnown() throws { if case .unknown(let error) = self { throw error } }

    /// Refuses a program whose key has none of some scopes.
    ///
    /// - Parameter scopes: The scopes, each of which is enough; `nil` for any key.
    /// - Throws: `RoostError` with code `unauthorized` or `forbidden`.
    func require(_ scopes: Set<KeyScope>?) throws {
        try requireKnown()
        guard !isAdmin, let key, let scopes, key.scopes.isDisjoint(with: scopes) else { return }
        let needed = KeyScope.allCases.filter { scopes.contains($0) || $0 == .admin }.map(\.rawValue).joined(separator: " or ")
        throw RoostError(
            .forbidden,
            "The key \(key.id) has the scopes \(key.scopes.map(\.rawValue).sorted().joined(separator: ", ")); this needs \(needed). Ask the operator for another key."
        )
    }

    /// Whether a model may be used and pulled.
    func permits(_ model: ModelReference) -> Bool {
        switch self {
        case .local: true
        case .key(let key): key.permits(model)
        case .unknown: false
        }
    }

    /// Whether a model that has a name on this disk may be used. A name that is none of a model is shown only to those who may use all.
    func permits(named name: String) -> Bool {
        guard let key, !key.models.isEmpty else { return isKnown }
        return (try? ModelReference(parsing: name)).map(permits) ?? false
    }

    /// Refuses a model that is not in the list of the key.
    ///
    /// - Throws: `RoostError` with code `unauthorized` or `forbidden`.
    func require(_ model: ModelReference) throws {
        try requireKnown()
        guard !permits(model), let key else { return }
        throw RoostError(
            .forbidden, "The key \(key.id) may not use \(model); it may use \(key.models.map(\.quotedForPeople).joined(separator: ", ")).",
            field: "model")
    }

    /// Refuses a priority that puts a pull ahead of those of other owners.
    ///
    /// - Throws: `RoostError` with code `forbidden`.
    func requirePriority(_ priority: Int) throws {
        guard let key, !isAdmin, priority > 0 else { return }
        throw RoostError(
            .forbidden,
            "The key \(key.id) may give priorities up to 0, because a higher one delays the pulls of others; lower your other pulls instead, or ask the operator.",
            field: "priority")
    }

    /// Refuses a program whose key may use some models only.
    ///
    /// - Throws: `RoostError` with code `forbidden`.
    func requireAllModels() throws {
        guard let key, !key.models.isEmpty else { return }
        throw RoostError(
            .forbidden, "The key \(key.id) may use some models only, and this names all of them; ask the operator for a key without a list of models."
        )
    }

    /// Returns an error without the names of models that the key may not use: the error of an unknown or ambiguous name proposes others.
    func visible(_ error: any Error) -> any Error {
        guard let error = error as? RoostError, [.modelNotFound, .ambiguousModel].contains(error.code), let key, !key.models.isEmpty else {
            return error
        }
        return RoostError(
            .modelNotFound, "There is no such model on this machine, or its name is not unique. GET /v1/models lists those that this key may use.",
            field: error.field)
    }

    /// The most tokens of an answer without a limit of its own, for a key with a limit of output tokens: what a request may use has to be known
    /// when it begins.
    static let boundedAnswer = 1024

    /// Returns the jobs that it may see: an admin those of all owners, the others their owner's.
    ///
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `unauthorized`.
    func visibleJobs() throws -> JobScope {
        try requireKnown()
        if let key, !key.isAdmin { return .user(key.owner) }
        return .all
    }

    /// Whether it may see and control a job: an admin those of all owners, the others their owner's.
    func owns(_ job: Job) -> Bool { isAdmin || (key.map { $0.owner == job.userID } ?? false) }
}
