@testable import ModelFormats

extension ParserFuzzer {
    /// What is accepted can be walked, each node once, and its texts are UTF-8.
    static func json(_ bytes: [UInt8]) {
        guard let root = try? JSONDocument(bytes).root else { return }
        precondition(String(validating: bytes, as: UTF8.self) != nil)
        precondition(walk(root) == root.document.nodes.count)
    }

    private static func walk(_ value: JSONValue) -> Int {
        if let text = value.text { precondition(String(validating: text.bytes, as: UTF8.self) != nil) }
        precondition(
            [value.text != nil, value.double != nil, value.bool != nil, value.isNull, value.elements != nil, value.members != nil].filter(\.self)
                .count == 1)
        precondition(value.int == nil || value.double != nil)
        if let elements = value.elements { return elements.reduce(1) { $0 + walk($1) } }
        if let members = value.members { return members.reduce(1) { $0 + walk($1.key) + walk($1.value) } }
        return 1
    }

    /// What is accepted has pieces that a vocabulary can hold.
    static func sentencePiece(_ bytes: [UInt8]) {
        guard let pieces = try? SentencePieceModel(bytes).pieces else { return }
        precondition(!pieces.isEmpty && pieces.allSatisfy { $0.score.isFinite && String(validating: $0.text.bytes, as: UTF8.self) != nil })
    }
}
