import Foundation
import RoostCore

/// The `general.` keys for the model's origin and its recommended sampling.
enum GeneralMetadata {
    /// Returns the key-values.
    ///
    /// - Parameters:
    ///   - name: The value of `general.name`; see `ModelName`.
    ///   - readme: `README.md`, if there is one.
    ///   - generationConfig: `generation_config.json`, if there is one.
    /// - Returns: The name and all other known values.
    static func keyValues(name: String, readme: Data?, generationConfig: Data?) -> [GGUFKeyValue] {
        sampling(generationConfig) + [GGUFKeyValue("general.name", .string(ByteText(name)))] + card(readme)
    }

    /// Returns the sampling keys. Values of the wrong type are ignored, because the model works without them.
    private static func sampling(_ json: Data?) -> [GGUFKeyValue] {
        guard let json, let values = try? ConfigValue.members(of: json, name: "generation_config.json") else { return [] }
        let names: [(key: String, sources: [String], isWhole: Bool)] = [
            ("top_k", ["top_k"], true), ("top_p", ["top_p"], false), ("min_p", ["min_p"], false), ("xtc_probability", ["xtc_probability"], false),
            ("xtc_threshold", ["xtc_threshold"], false), ("temp", ["temperature"], false), ("penalty_last_n", ["penalty_last_n"], true),
            ("penalty_repeat", ["penalty_repeat", "repetition_penalty"], false), ("mirostat", ["mirostat"], true),
            ("mirostat_tau", ["mirostat_tau"], false), ("mirostat_eta", ["mirostat_eta"], false),
        ]
        return names.compactMap { name in
            guard let number = name.sources.lazy.compactMap({ values[$0]?.number }).first, number.isFinite else { return nil }
            let key = "general.sampling.\(name.key)"
            if name.isWhole { return Int32(exactly: number).map { GGUFKeyValue(key, .int32($0)) } }
            return GGUFKeyValue(key, .float32(Float(number)))
        }
    }

    private static func card(_ readme: Data?) -> [GGUFKeyValue] {
        guard let readme, let text = String(data: readme, encoding: .utf8) else { return [] }
        let card = FrontMatter(text)
        let texts = ["license", "license_name", "license_link"].compactMap { key -> GGUFKeyValue? in
            let values = card[key].filter { !$0.isEmpty }
            return values.isEmpty ? nil : GGUFKeyValue("general.\(key)", .string(ByteText(values.joined(separator: ","))))
        }
        let lists = [("tags", card["tags"] + card["pipeline_tag"]), ("languages", card["languages"] + card["language"])]
        return texts
            + lists.compactMap { key, values in
                values.isEmpty ? nil : GGUFKeyValue("general.\(key)", .array(.string(values.map { ByteText($0) })))
            }
    }
}
