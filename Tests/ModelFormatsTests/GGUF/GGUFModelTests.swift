import ModelFormats
import RoostCore
import Testing

/// Files that are whole and that no engine can load.
@Suite struct GGUFModelTests {
    private static func file(type: String? = nil, tokens: [String]? = nil, rows: UInt64 = 2) throws -> GGUFFile {
        try GGUFBytes.with(tensors: 1, keys: (type == nil ? 0 : 1) + (tokens == nil ? 0 : 1)) { file in
            if let type {
                file.key("general.type", type: 8)
                file.string(type)
            }
            if let tokens {
                file.key("tokenizer.ggml.tokens", type: 9)
                file.integer(UInt32(8))
                file.integer(UInt64(tokens.count))
                for token in tokens { file.string(token) }
            }
            file.tensor("token_embd.weight", [4, rows])
            file.data(Int(16 * rows))
        }.read()
    }

    @Test(arguments: ["adapter", "mmproj", "imatrix"]) func `an auxiliary file is reported with its kind, and not to be pulled again`(_ type: String)
        throws
    {
        let file = try Self.file(type: type)
        let error = try #require(throws: RoostError.self) { try file.checkModel(name: "x.gguf") }
        #expect(error.code == .unsupportedModel && error.message.contains(type) && error.message.contains("changes nothing"), "\(error.message)")
    }

    @Test func `a vocabulary that does not go with the embedding is told with both numbers`() throws {
        let file = try Self.file(tokens: ["a", "b", "c"])
        let error = try #require(throws: RoostError.self) { try file.checkModel(name: "x.gguf") }
        #expect(error.message.contains("3 tokens") && error.message.contains("2 rows") && error.message.contains("changes nothing"))
        try Self.file(type: "model", tokens: ["a", "b"]).checkModel(name: "x.gguf")
        try Self.file().checkModel(name: "x.gguf")
    }

    static let unreadable: [(file: GGUFBytes, words: String)] = [
        (.with(version: 0x0300_0000) { _ in }, "little-endian"), (.with(version: 1) { _ in }, "newer file"),
        (.with(version: 4) { _ in }, "make engine"),
        (
            .with(keys: 1) {
                $0.key("a", type: 9); $0.integer(UInt32(9)); $0.integer(UInt64(0))
            }, "another file"
        ),
    ]

    @Test(arguments: unreadable.indices) func `what no copy of a file can help is not advised to be fetched again`(_ index: Int) throws {
        let error = try #require(throws: RoostError.self) { _ = try Self.unreadable[index].file.read() }
        #expect(
            error.message.contains("Fetching it again changes nothing") && error.message.contains(Self.unreadable[index].words), "\(error.message)")
    }

    @Test func `what may be damage is to be verified first`() throws {
        let error = try #require(throws: RoostError.self) { _ = try GGUFBytes.with { $0.bytes.removeLast(3) }.read() }
        #expect(error.message.contains("roost models verify") && error.message.contains("roost models repair"))
    }
}
