package import Foundation
package import RoostCore

/// A key as keys.db holds it: what it allows, and the digest of its secret.
package struct StoredKey: Sendable, Hashable {
    /// Whether a key can be used.
    package enum State: String, Sendable, CaseIterable {
        case active, expired, revoked
    }

    /// The secret that a rotation has replaced.
    struct Earlier: Sendable, Hashable {
        let digest: [UInt8]
        /// The end of the time in which it still works.
        let end: Date
    }

    /// The public id.
    package let id: String
    /// What it is called.
    package let name: String
    /// The owner of all that is done with it: the `user_id` of its pulls.
    package let owner: String
    /// The `workspace_id` of its pulls; `nil` for the one of each request.
    package let workspace: String?
    /// What it allows.
    package let scopes: Set<KeyScope>
    /// The patterns of the models that may be used and pulled; none for all.
    package let models: [String]
    /// What it may use.
    package let limits: KeyLimits
    /// When it was created.
    package let createdAt: Date
    /// From when on it does not work; `nil` for never.
    package let expiresAt: Date?
    /// When it was revoked; `nil` if it was not.
    package let revokedAt: Date?
    /// When it was used last, exact to about a minute; `nil` if it was not.
    package let lastUsedAt: Date?
    let digest: [UInt8]
    let earlier: Earlier?
    private let patterns: [GlobPattern]

    init(
        id: String, name: String, owner: String, workspace: String?, scopes: Set<KeyScope>, models: [String], limits: KeyLimits = KeyLimits(),
        createdAt: Date, expiresAt: Date?, revokedAt: Date?, lastUsedAt: Date?, digest: [UInt8], earlier: Earlier?
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.workspace = workspace
        self.scopes = scopes
        self.models = models
        self.limits = limits
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
        self.digest = digest
        self.earlier = earlier
        patterns = models.map { GlobPattern($0) }
    }

    /// Returns whether the key can be used at a time.
    package func state(at date: Date) -> State {
        if revokedAt != nil { return .revoked }
        return expiresAt.map { $0 <= date } ?? false ? .expired : .active
    }

    /// Whether it allows everything.
    package var isAdmin: Bool { scopes.contains(.admin) }

    /// Returns whether it may use and pull a model: a pattern has to match the whole name, or the repository's.
    package func permits(_ model: ModelReference) -> Bool {
        patterns.isEmpty || patterns.contains { $0.matches("\(model)") || $0.matches("\(model.repository)") }
    }
}
