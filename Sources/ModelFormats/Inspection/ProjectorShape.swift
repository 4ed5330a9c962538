import RoostCore

/// What a projector's file says about it: with it, an engine turns images or sounds into the vectors that a model reads.
///
/// The keys and their meaning are those of llama.cpp's tools/mtmd/clip-impl.h, build 11312. Every number is limited,
/// because the file can have any content.
package struct ProjectorShape: Sendable, Hashable {
    /// Whether it encodes images.
    package let seesImages: Bool
    /// Whether it encodes sounds.
    package let hearsSounds: Bool
    /// The size of its weights in bytes.
    package let weightBytes: Int64
    /// The approximate memory for encoding one image in bytes.
    package let computeBytes: Int64
    /// The least number of tokens per step of its model. A model that reads an image without order reads it in one step;
    /// in parts it would see a part at a time.
    package let leastStep: Int
    /// The possible lengths of the vectors that it makes.
    private let lengths: Set<Int>

    /// Larger images are encoded in parts, or made smaller.
    private static let mostPatches = 1 << 14

    /// Reads the numbers of a file.
    ///
    /// - Parameters:
    ///   - file: The header of the file.
    ///   - name: The file's name, for errors.
    /// - Throws: `RoostError` with code `unsupportedModel` for a file that is no projector.
    package init(_ file: GGUFFile, name: String) throws {
        let metadata = file.metadata
        let architecture = metadata.string("general.architecture") ?? "none"
        seesImages = metadata.flag("clip.has_vision_encoder")
        hearsSounds = metadata.flag("clip.has_audio_encoder")
        guard architecture == "clip", seesImages || hearsSounds else {
            throw RoostError(
                .unsupportedModel,
                "\(name.quotedForPeople) is not a projector that an engine can use: its architecture is \(architecture.quotedForPeople), and it encodes "
                    + "\(seesImages || hearsSounds ? "images or sounds" : "neither images nor sounds").")
        }
        weightBytes = file.tensors.reduce(0) { $0 + $1.byteCount }
        computeBytes = Self.computeBytes(metadata)
        leastStep = Self.leastStep(metadata)
        lengths = Self.lengths(file)
    }

    /// Whether a model with vectors of this length can read what it makes.
    ///
    /// - Parameter embeddingLength: The length of the model's vectors.
    /// - Returns: Whether an engine would accept both; `true` if the file does not say it.
    package func fits(embeddingLength: Int) -> Bool { lengths.isEmpty || lengths.contains(embeddingLength) }

    /// The lengths for an error.
    package var lengthsForPeople: String { lengths.sorted().map(String.init).joined(separator: " or ") }

    /// llama.cpp's converter writes the type `mmproj`, and the length of the model's vectors as `projection_dim`
    /// (conversion/base.py). Older files have another number there; in them it is a dimension of the last tensors, as in
    /// `clip_n_mmproj_embd`.
    private static func lengths(_ file: GGUFFile) -> Set<Int> {
        if file.metadata.string("general.type") == "mmproj" {
            return Set(["vision", "audio"].compactMap { file.metadata.count("clip.\($0).projection_dim") }.filter { $0 > 0 })
        }
        return Set(file.tensors.filter { $0.name.hasPrefix("mm.") }.flatMap(\.dimensions).filter { $0 > 1 })
    }

    /// The rows of one layer for all patches of an image: four of the encoder's width, one of its feed-forward network, and
    /// the pixels of the patches, in 32 bits each. An encoder of the size of Gemma 3's needed an eighth less.
    private static func computeBytes(_ metadata: GGUFMetadata) -> Int64 {
        func number(_ key: String, most: Int) -> Int { min(metadata.count("clip.vision.\(key)") ?? 0, most) }
        let patch = max(1, number("patch_size", most: 1 << 10))
        let side = number("image_size", most: 1 << 14) / patch
        let patches = min(max(side * side, number("image_max_pixels", most: 1 << 28) / (patch * patch)), mostPatches)
        let row = 4 * number("embedding_length", most: 1 << 16) + number("feed_forward_length", most: 1 << 18) + 3 * patch * patch
        return Int64(patches) * Int64(row) * 4
    }

    /// As `mtmd_decode_use_non_causal` in tools/mtmd/mtmd.cpp. Gemma 3 has 256 tokens for each image, the others more.
    private static func leastStep(_ metadata: GGUFMetadata) -> Int {
        switch metadata.string("clip.projector_type") ?? metadata.string("clip.vision.projector_type") {
        case "gemma3": 256
        case "gemma4v", "gemma4uv", "deepseek4v": 2048
        default: 1
        }
    }
}

extension GGUFMetadata {
    fileprivate func flag(_ key: String) -> Bool {
        guard case .bool(let value)? = self[key] else { return false }
        return value
    }
}
