/// One model inside a repository or a snapshot: a GGUF file, or the parts of a split one, which count as one.
public struct GGUFVariant: Sendable, Hashable {
    /// The quantisation that the file name carries, if it carries one.
    public let quantization: QuantizationTag?
    /// The files in part order; an engine is given the first.
    public let files: [RepositoryFilePath]
    /// The path without the part suffix and `.gguf`.
    public let name: String

    /// Groups the GGUF files of a listing into variants, complete split files as one. Projector (`mmproj`) and importance-matrix files are no models.
    ///
    /// The part suffix is llama.cpp's: `-00001-of-00003.gguf`.
    ///
    /// - Parameter paths: All files of a repository or snapshot.
    /// - Returns: The variants, ordered by name. A split file with missing parts is left out.
    public static func variants(in paths: [RepositoryFilePath]) -> [GGUFVariant] {
        var groups: [String: [(part: SplitPart?, path: RepositoryFilePath)]] = [:]
        for path in paths where isModel(path) {
            let stem = String(path.description.dropLast(".gguf".count))
            let part = SplitPart(stem: stem)
            groups[part?.base ?? stem, default: []].append((part, path))
        }
        return groups.compactMap { name, members -> GGUFVariant? in
            let sorted = members.sorted { ($0.part?.index ?? 0) < ($1.part?.index ?? 0) }
            if let count = sorted[0].part?.count {
                guard sorted.map({ $0.part?.index ?? 0 }) == Array(1...count) else { return nil }
            } else if sorted.count > 1 {
                return nil
            }
            return GGUFVariant(quantization: tag(in: name), files: sorted.map(\.path), name: name)
        }.sorted { $0.name < $1.name }
    }

    private static func isModel(_ path: RepositoryFilePath) -> Bool {
        let name = path.fileName.lowercased()
        return name.hasSuffix(".gguf") && !name.contains("mmproj") && !name.contains("imatrix")
    }

    /// The last part of the file name that is shaped like a quantisation, else the last such folder name.
    private static func tag(in name: String) -> QuantizationTag? {
        let words = name.split { "/-. ".contains($0) }
        return words.reversed().lazy.compactMap { QuantizationTag(parsing: String($0)) }.first
    }
}

extension GGUFVariant {
    /// `base-00002-of-00003`, taken apart.
    private struct SplitPart {
        let base: String
        let index: Int
        let count: Int

        init?(stem: String) {
            let words = stem.split(separator: "-", omittingEmptySubsequences: false)
            guard words.count >= 4, words[words.count - 2] == "of",
                let index = Self.number(words[words.count - 3]), let count = Self.number(words[words.count - 1]), (1...9999).contains(count)
            else { return nil }
            self.base = words.dropLast(3).joined(separator: "-")
            self.index = index
            self.count = count
        }

        private static func number(_ word: Substring) -> Int? {
            word.utf8.count == 5 && word.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(word) : nil
        }
    }
}
