import Foundation
import Hashing
import RoostCore
import SystemPackage
import TestSupport

@testable import ModelFormats

/// What llama.cpp's converter wrote for a fixture (see Tests/Fixtures/README.md).
struct ReferenceKeys {
    /// The fixture's Hugging Face files.
    let repository: FilePath
    /// reference.json: what transformers makes of some texts.
    let answers: JSONValue
    /// The tensors in the order of the file.
    let tensors: [JSONValue]
    private let keys: JSONValue

    /// - Parameters:
    ///   - family: The fixture's folder.
    ///   - type: What the converter was asked for, such as `f16`; whatever there is for `nil`.
    /// - Throws: When a file is missing or no JSON.
    init(_ family: String, type: String? = nil) throws {
        let folder = TestEnvironment.testFile("Fixtures/\(family)")
        repository = folder.appending("hf")
        func read(_ name: String) throws -> JSONValue {
            try JSONDocument(Array(Data(contentsOf: URL(fileURLWithPath: folder.appending(name).string)))).root
        }
        let dump = try read("gguf-dump.json")
        // Not every fixture has it; there, nothing that is looked for is found.
        answers = (try? read("reference.json")) ?? dump
        let file = type.map { dump[$0] } ?? (dump["f32"] ?? dump["f16"])
        keys = file?["kv_in_file_order"] ?? dump
        tensors = file?["tensors_in_file_order"]?.list ?? []
    }

    /// The keys in the order of the file.
    var allKeys: [String] { keys.members?.compactMap { $0.key.string }.filter { !$0.hasPrefix("GGUF.") } ?? [] }

    /// The tokenizer's keys in the order of the file.
    var tokenizerKeys: [String] { allKeys.filter { $0.hasPrefix("tokenizer.") } }

    /// Why a value is not the reference's, or `nil`.
    func difference(_ pair: GGUFKeyValue) -> String? {
        guard let reference = keys[pair.key], let value = reference["value"] else { return "\(pair.key): not in the reference" }
        let isEqual =
            switch (reference["type"]?.string, pair.value) {
            case ("STRING", .string(let text)): value.text == text
            case ("UINT32", .uint32(let number)): value.int == Int(number)
            case ("INT32", .int32(let number)): value.int == Int(number)
            case ("FLOAT32", .float32(let number)): value.double.map { Float($0) } == number
            case ("BOOL", .bool(let flag)): value.bool == flag
            case ("ARRAY<STRING>", .array(.string(let texts))) where value.elements != nil: value.list.map(\.text) == texts
            case ("ARRAY<STRING>", .array(.string(let texts))): Self.isEqual(texts.map(Self.json), value)
            case ("ARRAY<INT32>", .array(.int32(let numbers))): Self.isEqual(numbers.map(String.init), value)
            case ("ARRAY<FLOAT32>", .array(.float32(let numbers))): Self.isEqual(numbers, value)
            default: false
            }
        return isEqual ? nil : "\(pair.key): \(String(describing: pair.value).prefix(300))"
    }

    private static func isEqual(_ elements: [String], _ value: JSONValue) -> Bool {
        let digest = SHA256.hash(data: "[\(elements.joined(separator: ","))]".utf8).hexadecimal
        return value["count"]?.int == elements.count && value["sha256_of_compact_ascii_json"]?.string == digest
    }

    private static func isEqual(_ numbers: [Float], _ value: JSONValue) -> Bool {
        func floats(_ name: String) -> [Float] { value[name]?.list.compactMap { $0.double.map { Float($0) } } ?? [] }
        return value["count"]?.int == numbers.count && floats("first8") == Array(numbers.prefix(8)) && floats("last8") == Array(numbers.suffix(8))
    }

    /// A text as Python's `json.dumps` writes it.
    private static func json(_ text: ByteText) -> String {
        var result = "\""
        for unit in text.description.utf16 {
            switch unit {
            case 34: result += "\\\""
            case 92: result += "\\\\"
            case 10: result += "\\n"
            case 13: result += "\\r"
            case 9: result += "\\t"
            case 8: result += "\\b"
            case 12: result += "\\f"
            case 32..<127, 127: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default: result += "\\u" + String(repeating: "0", count: 4 - String(unit, radix: 16).count) + String(unit, radix: 16)
            }
        }
        return result + "\""
    }
}
