import RoostCore

/// What pulling needs of the Hub's model info.
struct ModelInfo: Decodable {
    /// The commit.
    let sha: String
    /// The licence by its short name, such as `apache-2.0`.
    let license: String?

    private enum CodingKeys: CodingKey { case sha, cardData, tags }
    private enum CardKeys: CodingKey { case license }

    /// Only the commit has to be right; the rest is what people wrote into a card, and may be anything.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sha = try container.decode(String.self, forKey: .sha)
        let card = try? container.nestedContainer(keyedBy: CardKeys.self, forKey: .cardData)
        let inCard = try? card?.decode(String.self, forKey: .license)
        let inTags = (try? container.decode([String].self, forKey: .tags))?.first { $0.hasPrefix("license:") }
        license = [inCard, inTags.map { String($0.dropFirst("license:".count)) }].lazy.compactMap(\.self).compactMap(ModelLicense.name).first
    }
}
