import Foundation
import SystemPackage
import TestSupport

/// Repositories of weights for a hub to serve.
enum WeightsHub {
    /// Adds a copy of a fixture of `Tests/Fixtures`.
    ///
    /// - Parameters:
    ///   - fixture: The fixture's folder.
    ///   - repository: Its name on the hub.
    ///   - hub: The hub's folder.
    /// - Throws: When it cannot be copied.
    static func add(_ fixture: String, as repository: String, to hub: FilePath) throws {
        let folder = hub.appending(repository)
        try FileManager.default.createDirectory(atPath: folder.removingLastComponent().string, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: TestEnvironment.testFile("../Fixtures/\(fixture)/hf").string, toPath: folder.string)
    }

    /// Adds a repository of a few small files.
    static func add(_ files: [String: String], as repository: String, to hub: FilePath) throws {
        let folder = hub.appending(repository)
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: folder.appending(name).string)) }
    }

    /// Adds a Llama of so many layers of 7.9 MB with the tokenizer of the fixture smollm2, in one file of BF16.
    static func addLarge(_ repository: String, layers: Int, to hub: FilePath) throws {
        try add("smollm2", as: repository, to: hub)
        let folder = hub.appending(repository)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.string) where name.contains("safetensors") {
            try FileManager.default.removeItem(atPath: folder.appending(name).string)
        }
        let file = URL(fileURLWithPath: folder.appending("config.json").string)
        var config = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        config["num_hidden_layers"] = layers
        config["hidden_size"] = width
        config["intermediate_size"] = innerWidth
        config["num_attention_heads"] = 8
        config["num_key_value_heads"] = 4
        try JSONSerialization.data(withJSONObject: config).write(to: file)
        try write(tensors(layers), to: folder.appending("model.safetensors"))
    }

    /// Changes values of a repository's `config.json`.
    static func configure(_ repository: String, _ changes: [String: Any], in hub: FilePath) throws {
        let file = URL(fileURLWithPath: hub.appending(repository).appending("config.json").string)
        let config = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        try JSONSerialization.data(withJSONObject: config.merging(changes) { $1 }).write(to: file)
    }

    /// Changes the text of the head of a file of weights; the new one may be shorter.
    static func changeHead(of file: FilePath, _ change: (String) -> String) throws {
        let url = URL(fileURLWithPath: file.string)
        var bytes = try Data(contentsOf: url)
        let count = Int(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }.littleEndian)
        var head = Data(change(String(decoding: bytes[8..<8 + count], as: UTF8.self)).utf8)
        head.append(Data(repeating: 0x20, count: count - head.count))
        bytes.replaceSubrange(8..<8 + count, with: head)
        try bytes.write(to: url)
    }

    /// Changes a number of sixteen bits in a matrix of the fixture smollm2's second file.
    static func setNumber(_ bits: UInt16, in repository: String, of hub: FilePath) throws {
        let file = try FileHandle(
            forUpdating: URL(fileURLWithPath: hub.appending(repository).appending("model-00002-of-00002.safetensors").string))
        try file.seek(toOffset: 600_000)
        try file.write(contentsOf: withUnsafeBytes(of: bits.littleEndian) { Data($0) })
        try file.close()
    }

    private static let width = 512
    private static let innerWidth = 2048

    private static func tensors(_ layers: Int) -> [(name: String, shape: [Int])] {
        let matrices = [
            ("self_attn.q_proj", [width, width]), ("self_attn.k_proj", [width / 2, width]), ("self_attn.v_proj", [width / 2, width]),
            ("self_attn.o_proj", [width, width]), ("mlp.gate_proj", [innerWidth, width]), ("mlp.up_proj", [innerWidth, width]),
            ("mlp.down_proj", [width, innerWidth]), ("input_layernorm", [width]), ("post_attention_layernorm", [width]),
        ]
        return [("model.embed_tokens.weight", [768, width]), ("model.norm.weight", [width])]
            + (0..<layers).flatMap { layer in matrices.map { ("model.layers.\(layer).\($0.0).weight", $0.1) } }
    }

    private static func write(_ tensors: [(name: String, shape: [Int])], to file: FilePath) throws {
        var entries: [String] = []
        var end = 0
        for (name, shape) in tensors {
            let begin = end
            end += shape.reduce(2, *)
            entries.append(#""\#(name)":{"dtype":"BF16","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#)
        }
        var header = Data("{\(entries.joined(separator: ","))}".utf8)
        header.append(Data(repeating: 0x20, count: (8 - header.count % 8) % 8))
        try Data().write(to: URL(fileURLWithPath: file.string))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.string))
        try handle.write(contentsOf: withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header)
        var block = noise()
        for written in stride(from: 0, to: end, by: block.count) {
            // No two blocks are alike, so that none is right in another's place.
            withUnsafeBytes(of: UInt16(truncatingIfNeeded: 0x3C00 + written / block.count).littleEndian) { block.replaceSubrange(0..<2, with: $0) }
            try handle.write(contentsOf: block.prefix(end - written))
        }
        try handle.close()
    }

    /// BF16 numbers from 0.008 to 0.03, of both signs.
    private static func noise() -> Data {
        var generator = SeededGenerator(seed: 1)
        var words = [UInt64](repeating: 0, count: 1 << 15)
        for index in words.indices { words[index] = generator.next() & 0x80FF_80FF_80FF_80FF | 0x3C00_3C00_3C00_3C00 }
        return words.withUnsafeBytes { Data($0) }
    }
}
