package import Foundation
import RoostCore

/// A key to create.
package struct NewKey: Sendable, Hashable {
    /// The most patterns of models.
    package static let mostModels = 64
    private static let lengths = (name: 1...64, owner: 1...128, model: 1...256)

    /// What it is called.
    package var name: String
    /// The owner; without another one it has the key's name.
    package var owner: String
    /// The workspace of its pulls.
    package var workspace: String?
    /// What it allows; one or more.
    package var scopes: Set<KeyScope>
    /// The patterns of the models that may be used and pulled, such as `org/*`; none for all.
    package var models: [String] = []
    /// What it may use.
    package var limits = KeyLimits()
    /// From when on it does not work; `nil` for never.
    package var expiresAt: Date?

    /// Creates a key to create.
    package init(name: String, owner: String? = nil, scopes: Set<KeyScope>) {
        self.name = name
        self.owner = owner ?? name
        self.scopes = scopes
    }

    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    func check(at date: Date) throws {
        try Self.check("name", name, Self.lengths.name)
        try Self.check("owner", owner, Self.lengths.owner)
        if let workspace { try Self.check("workspace", workspace, Self.lengths.owner) }
        for model in models { try Self.check("model", model, Self.lengths.model) }
        guard models.count <= Self.mostModels else {
            throw RoostError(.invalidRequest, "A key has at most \(Self.mostModels) patterns of models; use patterns such as org/*.", field: "model")
        }
        guard !scopes.isEmpty else {
            throw RoostError(
                .invalidRequest, "A key needs a scope, one or more of \(KeyScope.allCases.map(\.rawValue).joined(separator: ", ")).", field: "scope")
        }
        guard expiresAt.map({ $0 > date }) ?? true else {
            throw RoostError(.invalidRequest, "A new key has to expire in the future.", field: "expires")
        }
    }

    private static func check(_ field: String, _ text: String, _ length: ClosedRange<Int>) throws {
        let isPlain = !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard length.contains(text.utf8.count), isPlain else {
            throw RoostError(
                .invalidRequest,
                "The \(field) of a key has \(length.lowerBound) to \(length.upperBound) bytes without control characters; it is \(text.quotedForPeople).",
                field: field)
        }
    }
}
