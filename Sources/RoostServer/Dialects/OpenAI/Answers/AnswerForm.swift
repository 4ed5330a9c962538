import HTTPServing
import NIOCore
import RoostCore

/// What a client sees differently than the engine says it. All other bytes of an answer are passed on unchanged.
struct AnswerForm: Sendable {
    /// The model as the client named it. Engines give the name of a file.
    let model: String
    /// Whether the client knows functions instead of tools.
    var hasFunctions = false
    /// Whether the client expects the probabilities of `/v1/completions`, which engines give as `/v1/chat/completions` has
    /// them.
    var hasTextProbabilities = false
    /// How vectors are shortened; `nil` to pass them on.
    var vectors: VectorForm?
    /// The texts of ranked documents, if the answer repeats them.
    var documents: [String]?

    /// Creates the form of an answer whose only difference is the model's name.
    init(model: String) { self.model = model }

    /// Whether an answer of any size is changed within a moment.
    var isCheap: Bool { !hasFunctions && !hasTextProbabilities && vectors == nil && documents == nil }

    /// Returns an answer in one piece, or an event's data, as the client expects it.
    ///
    /// - Parameter json: The engine's JSON.
    /// - Returns: JSON.
    /// - Throws: `RoostError` with code `engineRefused` for an answer of another form.
    func translated(_ json: ByteBuffer) throws -> ByteBuffer {
        var json = json
        if hasFunctions || hasTextProbabilities || documents != nil { json = try AnswerEdit(json).edited(for: self) }
        if let vectors { json = try vectors.shortened(json) }
        return naming(json)
    }

    /// Replaces the model's name.
    private func naming(_ json: ByteBuffer) -> ByteBuffer {
        let bytes = json.readableBytesView
        guard let place = Self.valueOfModel(in: bytes) else { return json }
        var named = ByteBuffer()
        named.reserveCapacity(bytes.count + model.utf8.count)
        named.writeBytes(bytes[..<place.lowerBound])
        named.writeImmutableBuffer(JSON.buffer(model))
        named.writeBytes(bytes[place.upperBound...])
        return named
    }

    private static let key = Array("\"model\":\"".utf8)

    /// Finds the string after the first key `model`, with its quotes.
    ///
    /// A quote within a string has a backslash before it, so a key is what follows a comma or a brace. Engines write no
    /// spaces.
    private static func valueOfModel(in bytes: ByteBufferView) -> Range<ByteBufferView.Index>? {
        var rest = bytes
        while let found = rest.firstRange(of: key) {
            rest = bytes[found.upperBound...]
            guard found.lowerBound > bytes.startIndex, [UInt8(ascii: ","), UInt8(ascii: "{")].contains(bytes[found.lowerBound - 1]) else { continue }
            var end = found.upperBound
            while end < bytes.endIndex, bytes[end] != UInt8(ascii: "\"") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
            guard end < bytes.endIndex else { return nil }
            return (found.upperBound - 1)..<(end + 1)
        }
        return nil
    }
}
