import Engines
import HTTPServing
import NIOCore
import RoostCore

/// What a client sees differently than the engine says it. All other bytes of an answer are passed on unchanged.
struct AnswerForm: Sendable {
    /// The model as the client named it, as JSON. Engines give the name of a file.
    private let name: ByteBuffer
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
    init(model: String) { name = JSON.buffer(model) }

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
        guard let place = Self.valueOfModel(in: json) else { return json }
        var (rest, named) = (json, ByteBuffer())
        named.reserveCapacity(json.readableBytes + name.readableBytes)
        if let before = rest.readSlice(length: place.lowerBound) { named.writeImmutableBuffer(before) }
        named.writeImmutableBuffer(name)
        rest.moveReaderIndex(forwardBy: place.count)
        named.writeImmutableBuffer(rest)
        return named
    }

    /// Finds the string after the first key `model`, with its quotes: the distances from the begin.
    ///
    /// A quote within a string has a backslash before it, so a key is what follows a comma or a brace. Engines write no
    /// spaces.
    private static func valueOfModel(in json: ByteBuffer) -> Range<Int>? {
        let bytes = json.readableBytesView
        func byte(_ distance: Int) -> UInt8 { bytes[bytes.startIndex + distance] }
        var start = 0
        while let key = json.position(of: "\"model\":\"", from: start) {
            let first = key + "\"model\":\"".utf8.count
            start = first
            guard key > 0, [UInt8(ascii: ","), UInt8(ascii: "{")].contains(byte(key - 1)) else { continue }
            var end = first
            while end < bytes.count, byte(end) != UInt8(ascii: "\"") { end += byte(end) == UInt8(ascii: "\\") ? 2 : 1 }
            guard end < bytes.count else { return nil }
            return (first - 1)..<(end + 1)
        }
        return nil
    }
}
