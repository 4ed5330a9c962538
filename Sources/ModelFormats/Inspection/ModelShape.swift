/// The numbers of a model's structure that decide how much memory an engine needs for it.
///
/// They come from a file that can have any content, so each one is limited, and no sum or product of them overflows.
package struct ModelShape: Sendable, Hashable {
    /// The number of layers.
    package var layers = 0
    /// The keys and values of one token in the layers that keep every token, in bytes, with 16 bits for each number.
    package var fullBytesPerToken: Int64 = 0
    /// The keys and values of one token in the layers that keep only the last tokens, in bytes.
    package var windowBytesPerToken: Int64 = 0
    /// The number of tokens that those layers keep.
    package var window = 0
    /// The state of one text in recurrent layers in bytes. It does not grow with the text.
    package var stateBytes: Int64 = 0
    /// The number of tokens in the vocabulary.
    package var vocabulary = 0
    /// The most attention heads of a layer.
    package var heads = 0
    /// The numbers of one token that a layer computes at the same time.
    package var activations = 0

    /// Creates a shape of zeros.
    package init() {}

    /// The memory of one token in all layers in bytes, for a context that is shorter than the window.
    package var bytesPerToken: Int64 { fullBytesPerToken + windowBytesPerToken }
}

extension ModelShape {
    /// Larger numbers are in no model.
    private static let limit = 1 << 15

    /// Reads the numbers from a file's metadata.
    ///
    /// Where llama.cpp has a rule of its own for an architecture that is not known here, the result is larger than what
    /// the engine needs, not smaller. There is no result if the numbers are missing, or if no model has such numbers.
    ///
    /// - Parameter metadata: The key-values of the first file of a model.
    package init?(_ metadata: GGUFMetadata) {
        guard let keys = ModelKeys(metadata), let all = keys.count("block_count"), let width = keys.count("embedding_length"), all > 0 else {
            return nil
        }
        // Layers that predict further tokens are not used, and shared layers keep nothing of their own.
        let layers = max(1, all - (keys.count("nextn_predict_layers") ?? 0))
        guard layers < 1 << 12, width < 1 << 20, let heads = keys.counts("attention.head_count", layers) else { return nil }
        let keyHeads = keys.counts("attention.head_count_kv", layers) ?? heads
        let size = width / max(1, heads.max() ?? 1)
        let keyLength = keys.count("attention.key_length") ?? size
        let valueLength = keys.count("attention.value_length") ?? size
        // Models with latent attention compute the values from the keys.
        let values = keys.has("attention.key_length_mla") ? 0 : valueLength
        let windowSize = (keys.count("attention.key_length_swa") ?? keyLength) + (keys.count("attention.value_length_swa") ?? values)
        guard (heads + keyHeads + [keyLength, valueLength, windowSize / 2]).allSatisfy({ $0 < Self.limit }) else { return nil }

        self.init()
        self.layers = all
        guard let recurrent = RecurrentLayers(keys, width: width, layers: layers, keyHeads: keyHeads) else { return nil }
        stateBytes = recurrent.bytes
        let windows = keys.windows(layers)
        window = windows.length
        for layer in 0..<max(0, layers - (keys.count("attention.shared_kv_layers") ?? 0)) where !recurrent.only.contains(layer) {
            if windows.layers.contains(layer) {
                windowBytesPerToken += Int64(keyHeads[layer]) * Int64(windowSize) * 2
            } else {
                fullBytesPerToken += Int64(keyHeads[layer]) * Int64(keyLength + values) * 2
            }
        }
        vocabulary = keys.vocabulary
        self.heads = heads.max() ?? 0
        activations = keys.activations(width: width, attention: (heads.max() ?? 0) * max(keyLength, valueLength), layers)
    }
}
