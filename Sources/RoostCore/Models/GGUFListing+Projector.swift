extension GGUFListing {
    /// The projectors, by name.
    public var projectors: [GGUFVariant] { others.filter { $0.helper == .projector && $0.variant.files.count == 1 }.map(\.variant) }

    /// Returns the projector that a model is loaded with.
    ///
    /// It is in the model's folder or in one above it, and the nearest folder counts, as in llama.cpp (`find_best_sibling`
    /// in common/download.cpp). In a folder with projectors of several models, the one whose name has the fewest words
    /// that the model's name lacks is chosen. Of one projector in several types, F16 is preferred, then BF16, F32 and Q8_0.
    /// llama.cpp takes the type nearest to the model's instead; but the encoder of images is small beside its model, and
    /// sixteen bits keep what it was trained with. F16 is computed on by all devices, BF16 only by newer ones.
    ///
    /// - Parameter variant: One of the models.
    /// - Returns: The projector; `nil` without one.
    public func projector(for variant: GGUFVariant) -> GGUFVariant? {
        let folders = variant.folders
        let words = Set(variant.words)
        return projectors.filter { folders.starts(with: $0.folders) }.min { $0.projectorRank(words) < $1.projectorRank(words) }
    }
}

extension GGUFVariant {
    fileprivate var folders: [Substring] { name.split(separator: "/").dropLast() }

    /// The words of the file name in lower case, without those that name no model.
    fileprivate var words: [String] {
        let file = name.split(separator: "/").last ?? ""
        return file.lowercased().split { "-. ".contains($0) }.map(String.init).filter { word in
            !["mmproj", "model", "gguf"].contains(word) && QuantizationTag(parsing: word) == nil
        }
    }

    /// The rank of a projector for a model with these words in its name; lower is better.
    fileprivate func projectorRank(_ model: Set<String>) -> (Int, Int, Int, String) {
        let types = ["F16", "BF16", "F32", "Q8_0"]
        let type = quantization.map { tag in types.firstIndex(of: tag.description) ?? types.count + 1 } ?? types.count
        return (-folders.count, words.count { !model.contains($0) }, type, name)
    }
}
