import Foundation
import ModelFormats
import RoostCore
import TestSupport
import Testing

@Suite struct SafetensorsTests {
    struct Malformed: CustomTestStringConvertible {
        let testDescription: String
        let words: String
        let bytes: [UInt8]

        init(_ description: String, _ words: String, _ bytes: [UInt8]) {
            testDescription = description
            self.words = words
            self.bytes = bytes
        }

        init(_ description: String, _ words: String, _ json: String, data: Int = 8) {
            self.init(description, words, SafetensorsTests.file(json, data: data))
        }
    }

    static func file(_ json: String, data: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { Array($0) } + Array(json.utf8) + [UInt8](repeating: 0, count: data)
    }

    static func entry(_ name: String = "a", _ dtype: String = "F32", _ shape: String = "[2]", _ offsets: String = "[0,8]") -> String {
        #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }

    static let malformed: [Malformed] = [
        Malformed("seven bytes", "ends too early", [1, 0, 0, 0, 0, 0, 0]),
        Malformed("a header of 100 MB and a byte", "hardly", Array(withUnsafeBytes(of: UInt64(100_000_001).littleEndian) { Array($0) })),
        Malformed("a header of 2^64 - 1 bytes", "hardly", [UInt8](repeating: 255, count: 8)),
        Malformed("a header longer than the file", "file's end", [3, 0, 0, 0, 0, 0, 0, 0, 123]),
        Malformed("no JSON", "byte", "{x", data: 0),
        Malformed("no object", "object", "[]", data: 0),
        Malformed("NUL behind the JSON", "byte", "{}\0", data: 0),
        Malformed("not UTF-8", "UTF-8", [5, 0, 0, 0, 0, 0, 0, 0] + [0x7B, 0x22, 0xFF, 0x22, 0x7D]),
        Malformed("metadata that are no texts", "metadata", #"{"__metadata__":{"a":1}}"#, data: 0),
        Malformed("an unknown type", "unknown", "{\(entry("a", "F31"))}"),
        Malformed("a negative size", "whole number", "{\(entry("a", "F32", "[-2]"))}"),
        Malformed("a size with a fraction", "whole number", "{\(entry("a", "F32", "[2.0]"))}"),
        Malformed("a size of 2^64", "counted", "{\(entry("a", "F32", "[18446744073709551616]"))}"),
        Malformed("a product that overflows", "bytes are not", "{\(entry("a", "F32", "[4294967296,4294967296]"))}"),
        Malformed("bytes that are not what the shape needs", "bytes are not", "{\(entry("a", "F32", "[3]"))}"),
        Malformed("an end before the beginning", "bytes are not", "{\(entry("a", "F32", "[2]", "[8,0]"))}"),
        Malformed("one offset", "bytes are not", "{\(entry("a", "F32", "[2]", "[0]"))}"),
        Malformed("no shape", "each once", #"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#),
        Malformed("two shapes", "each once", #"{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}"#),
        Malformed("a hole before the first", "does not begin", "{\(entry("a", "F32", "[1]", "[4,8]"))}"),
        Malformed("a hole", "does not begin", "{\(entry("a", "F32", "[1]", "[0,4]")),\(entry("b", "F32", "[1]", "[8,12]"))}", data: 12),
        Malformed("an overlap", "does not begin", "{\(entry()),\(entry("b", "F32", "[2]", "[4,12]"))}", data: 12),
        Malformed("bytes behind the last", "and the file at", "{\(entry())}", data: 9),
        Malformed("a file that was cut", "file's end", "{\(entry())}", data: 7),
        Malformed("a name twice", "twice", "{\(entry()),\(entry("a", "F32", "[2]", "[8,16]"))}", data: 16),
        Malformed("the same entry twice", "twice", "{\(entry()),\(entry())}"),
        Malformed("half a byte", "bytes are not", "{\(entry("a", "F4", "[3]", "[0,1]"))}", data: 1),
    ]

    private static func header(_ bytes: [UInt8]) throws -> SafetensorsHeader {
        try bytes.withUnsafeBytes { try SafetensorsHeader(parsing: $0, fileSize: Int64(bytes.count), name: "x.safetensors") }
    }

    @Test(arguments: malformed)
    func `a malformed file is refused, and the error says why`(_ malformed: Malformed) throws {
        let error = try #require(throws: RoostError.self) { try Self.header(malformed.bytes) }
        #expect(error.code.rawValue == "invalid_model_file")
        #expect(error.message.contains(malformed.words), "\(error.message)")
    }

    @Test func `what safetensors accepts is accepted`() throws {
        #expect(try Self.header(Self.file("{}", data: 0)).tensors.isEmpty)
        let json = " {\(Self.entry("b", "BF16", "[]", "[0,2]")),\"__metadata__\":{\"format\":\"pt\"},\(Self.entry("a", "F32", "[0,3]", "[2,2]"))}   "
        let tensors = try Self.header(Self.file(json, data: 2)).tensors
        #expect(tensors.map(\.name) == ["a", "b"])
        #expect(tensors.map { $0.range.upperBound - $0.range.lowerBound } == [0, 2])
    }

    @Test func `canonically equal names are two tensors`() throws {
        let json = "{\(Self.entry("\u{E9}", "F32", "[1]", "[0,4]")),\(Self.entry("e\u{301}", "F32", "[1]", "[4,8]"))}"
        #expect(try Self.header(Self.file(json, data: 8)).tensors.count == 2)
    }

    @Test func `a header can be read while the rest of the file is on its way`() throws {
        let whole = Self.file("{\(Self.entry())}", data: 8)
        let needed = try whole.prefix(8).withUnsafeBytes { try SafetensorsHeader.byteCount(prefix: $0, fileSize: Int64(whole.count), name: "x") }
        #expect(needed == whole.count - 8)
        let header = try whole.prefix(needed).withUnsafeBytes { try SafetensorsHeader(parsing: $0, fileSize: Int64(whole.count), name: "x") }
        #expect(header.tensors[0].range == Int64(needed)..<Int64(whole.count))
    }

    @Test(arguments: ["../a.safetensors", "a/b.safetensors", ".safetensors", "a\\\\b.safetensors", "a.bin"])
    func `an index cannot name files elsewhere`(_ name: String) {
        #expect(throws: RoostError.self) { try CheckpointIndex(parsing: Data(#"{"weight_map":{"a":"\#(name)"}}"#.utf8)) }
    }

    @Test func `an index and its files must have the same tensors`() throws {
        let header = try Self.header(Self.file("{\(Self.entry())}", data: 8))
        let missing = try CheckpointIndex(parsing: Data(#"{"weight_map":{"a":"x.safetensors","b":"y.safetensors"}}"#.utf8))
        let error = try #require(throws: RoostError.self) { try Checkpoint(headers: [("x.safetensors", header)], index: missing) }
        #expect(error.message.contains("y.safetensors"))
        let extra = try CheckpointIndex(parsing: Data(#"{"weight_map":{"b":"x.safetensors"}}"#.utf8))
        #expect(throws: RoostError.self) { try Checkpoint(headers: [("x.safetensors", header)], index: extra) }
        #expect(throws: RoostError.self) { try Checkpoint(headers: [("x.safetensors", header), ("y.safetensors", header)]) }
    }

    @Test(
        "copies of the weights in another precision are taken only where there is nothing else",
        arguments: [
            (["model.safetensors", "model.fp16.safetensors"], ["model.safetensors"]), (["model.fp16.safetensors"], ["model.fp16.safetensors"]),
            (["model.fp16-00002-of-00002.safetensors", "model.fp16-00001-of-00002.safetensors", "model-1.safetensors"], ["model-1.safetensors"]),
            (["model.int8.safetensors", "model.fp16.safetensors", "model.bf16.safetensors"], ["model.bf16.safetensors"]),
            (
                ["model.fp16-00002-of-00002.safetensors", "model.fp16-00001-of-00002.safetensors", "model.int8.safetensors"],
                ["model.fp16-00001-of-00002.safetensors", "model.fp16-00002-of-00002.safetensors"]
            ),
        ])
    func precisions(names: [String], chosen: [String]) throws {
        #expect(try CheckpointFiles(choosingFrom: names) == .files(chosen))
    }

    @Test func `a repository without safetensors is told what it has instead`() throws {
        #expect(
            try CheckpointFiles(choosingFrom: ["model-2.safetensors", "model-1.safetensors", "consolidated.safetensors"])
                == .files(["model-1.safetensors", "model-2.safetensors"]))
        for (names, words) in [(["pytorch_model.bin"], "pickle"), (["adapter_model.safetensors"], "LoRA"), (["README.md"], "no file")] {
            let error = try #require(throws: RoostError.self) { try CheckpointFiles(choosingFrom: names) }
            #expect(error.code == .unsupportedModel && error.message.contains(words))
        }
    }
}
