import Foundation

/// The Hub's information about a repository, apart from its files.
public struct RepositoryFacts: Sendable, Hashable, Decodable {
    /// Whether users need the owner's permission for access.
    public var isGated = false
    /// Whether only selected users can see it.
    public var isPrivate = false
    /// The license as the Hub's short name, such as `apache-2.0`.
    public var license: String?

    /// Creates the facts of a public repository without further information.
    public init() {}

    /// Decodes the Hub's model info. Unexpected values are ignored, because a pull does not need these fields.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: The error of the decoder if there is no object.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // `false`, `"auto"` or `"manual"`.
        isGated = (try? container.decode(String.self, forKey: .gated)) != nil || (try? container.decode(Bool.self, forKey: .gated)) == true
        isPrivate = (try? container.decode(Bool.self, forKey: .private)) ?? false
        let tags = (try? container.decode([String].self, forKey: .tags)) ?? []
        let card = try? container.decode(Card.self, forKey: .cardData)
        license = (card?.license ?? tags.first { $0.hasPrefix("license:") }.map { String($0.dropFirst(8)) }).flatMap(Self.word)
    }

    /// The text if it is one word; otherwise `nil`. It is shown to users and written to files.
    private static func word(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isPlain && (1...64).contains(text.utf8.count) ? text : nil
    }

    private struct Card: Decodable {
        let license: String?
    }

    /// The members of the Hub's model info that are read.
    static var members: [String] { CodingKeys.allCases.map(\.rawValue) }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case gated, `private`, tags, cardData
    }
}
