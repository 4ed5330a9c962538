import Access
import Foundation
import RoostCore

/// A key in the JSON output of `roost keys`.
struct KeyView: Encodable {
    let id: String
    let name: String
    let owner: String
    let workspace: String?
    let scopes: [String]
    let models: [String]
    let limits: [String: Int]
    let state: String
    let createdAt: Timestamp
    let expiresAt: Timestamp?
    let revokedAt: Timestamp?
    let lastUsedAt: Timestamp?
    /// The whole key, only in the answer that creates it.
    let key: String?

    private enum CodingKeys: String, CodingKey {
        case id, name, owner, workspace, scopes, models, limits, state, key
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case revokedAt = "revoked_at"
        case lastUsedAt = "last_used_at"
    }

    init(_ stored: StoredKey, secret: SecretToken? = nil) {
        id = stored.id
        name = stored.name
        owner = stored.owner
        workspace = stored.workspace
        scopes = stored.scopes.map(\.rawValue).sorted()
        models = stored.models
        limits = stored.limits.values
        state = stored.state(at: Date()).rawValue
        createdAt = Timestamp(stored.createdAt)
        expiresAt = stored.expiresAt.map { Timestamp($0) }
        revokedAt = stored.revokedAt.map { Timestamp($0) }
        lastUsedAt = stored.lastUsedAt.map { Timestamp($0) }
        key = secret?.value
    }
}
