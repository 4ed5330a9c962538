/// The parts of a GGUF file's path by llama.cpp's rule: `folder/model-Q8_0-00002-of-00003.gguf`.
struct GGUFFileName {
    /// The path without `.gguf` and without the number of the part.
    let base: String
    /// The number of the part of a split file, counted from 1, and of all parts; `nil` for a whole file.
    let part: (index: Int, count: Int)?

    /// Parses a path; `nil` when it is not the path of a GGUF file.
    ///
    /// - Parameter path: The path, with `/` between folders.
    init?(_ path: String) {
        guard path.lowercased().hasSuffix(".gguf") else { return nil }
        let stem = String(path.dropLast(".gguf".count))
        let words = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count >= 4, words[words.count - 2] == "of", let index = Self.number(words[words.count - 3]),
            let count = Self.number(words[words.count - 1]), (1...9999).contains(count)
        else {
            base = stem
            part = nil
            return
        }
        base = words.dropLast(3).joined(separator: "-")
        part = (index, count)
    }

    private static func number(_ word: Substring) -> Int? {
        word.utf8.count == 5 && word.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(word) : nil
    }
}
