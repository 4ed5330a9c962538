import Access
import Foundation
import RoostCore

/// Who uses the page, and what they may do: the answer to `GET /page/me` and to a log-in.
struct PageVisitor: Encodable, Sendable {
    /// A key without its secret.
    struct Key: Encodable, Sendable {
        let id: String
        let name: String
        let owner: String
        @ExplicitNull var expiresAt: Timestamp?

        private enum CodingKeys: String, CodingKey {
            case id, name, owner
            case expiresAt = "expires_at"
        }
    }

    /// Whether the page needs a key that it does not have.
    let needsKey: Bool
    /// What the visitor may do: all of `pull`, `chat`, `read` and `admin` on a server without keys.
    let scopes: [String]
    /// The key; `nil` without one.
    @ExplicitNull var key: Key?
    /// The version of the server; `nil` for a stranger.
    @ExplicitNull var version: String?
    /// After a log-in, the page's half of the key.
    var half: String?

    init(_ caller: Caller, half: String? = nil) {
        needsKey = !caller.isKnown
        let scopes = caller.isAdmin ? Set(KeyScope.allCases) : caller.key?.scopes ?? []
        self.scopes = KeyScope.allCases.filter(scopes.contains).map(\.rawValue)
        key = caller.key.map { Key(id: $0.id, name: $0.name, owner: $0.owner, expiresAt: $0.expiresAt.map { Timestamp($0) }) }
        version = caller.isKnown ? RoostVersion.current : nil
        self.half = half
    }

    private enum CodingKeys: String, CodingKey {
        case scopes, key, version, half
        case needsKey = "needs_key"
    }
}
