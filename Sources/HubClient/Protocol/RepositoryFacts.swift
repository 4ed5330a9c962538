import Foundation

/// What the Hub says about a repository beside its files.
public struct RepositoryFacts: Sendable, Hashable, Decodable {
    /// Whether its owner lets people in one by one.
    public var isGated = false
    /// Whether only those the owner named can see it.
    public var isPrivate = false
    /// The licence by the Hub's short name, such as `apache-2.0`.
    public var license: String?

    /// A public repository about which nothing is known.
    public init() {}

    /// Reads the Hub's model info. A field that is not as expected is passed over: nothing here is needed for a pull.
    ///
    /// - Parameter decoder: Where from.
    /// - Throws: What the decoder throws when there is no object.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // `false`, `"auto"` or `"manual"`.
        isGated = (try? container.decode(String.self, forKey: .gated)) != nil || (try? container.decode(Bool.self, forKey: .gated)) == true
        isPrivate = (try? container.decode(Bool.self, forKey: .private)) ?? false
        let tags = (try? container.decode([String].self, forKey: .tags)) ?? []
        let card = try? container.decode(Card.self, forKey: .cardData)
        license = (card?.license ?? tags.first { $0.hasPrefix("license:") }.map { String($0.dropFirst(8)) }).flatMap(Self.word)
    }

    /// Shown to people and written to files: a word, or nothing.
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
