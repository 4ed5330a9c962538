import ModelFormats
import RoostCore
import Testing

@Suite struct GGUFFileTests {
    struct Malformed: CustomTestStringConvertible {
        let testDescription: String
        /// What the error says.
        let words: String
        let file: GGUFBytes

        init(_ description: String, _ words: String, _ file: GGUFBytes) {
            testDescription = description
            self.words = words
            self.file = file
        }
    }

    static let malformed: [Malformed] = [
        Malformed("another magic", "not a GGUF file", .with { $0.bytes[0] = 0 }),
        Malformed("version 1", "version 1", .with(version: 1) { _ in }),
        Malformed("version 4", "version 4", .with(version: 4) { _ in }),
        Malformed("big-endian", "big-endian", .with(version: 0x0300_0000) { _ in }),
        Malformed("ends in the counts", "ends too early", .with { $0.bytes.removeLast(3) }),
        Malformed("more keys than bytes", "keys", .with(keys: 1 << 15) { _ in }),
        Malformed("2^64 - 1 keys", "keys", .with(keys: .max) { _ in }),
        Malformed("2^64 - 1 tensors", "tensors", .with(tensors: .max) { _ in }),
        Malformed(
            "an empty key", "empty key",
            .with(keys: 1) {
                $0.key("", type: 0); $0.integer(UInt16(0))
            }),
        Malformed("a key twice", "twice", .with(keys: 2) { for _ in 0..<2 { $0.key("a", type: 0); $0.integer(UInt8(0)) } }),
        Malformed(
            "a key that is not UTF-8", "UTF-8",
            .with(keys: 1) {
                $0.integer(UInt64(1)); $0.bytes += [0xFF, 0, 0, 0, 0, 0]
            }),
        Malformed(
            "an unknown value type", "value type 13",
            .with(keys: 1) {
                $0.key("a", type: 13); $0.integer(UInt8(0))
            }),
        Malformed(
            "a text longer than the file", "ends too early",
            .with(keys: 1) {
                $0.key("a", type: 8); $0.integer(UInt64(99))
            }),
        Malformed(
            "a text of 2^63 bytes", "too long",
            .with(keys: 1) {
                $0.key("a", type: 8); $0.integer(UInt64(1) << 63)
            }),
        Malformed(
            "arrays in an array", "arrays of arrays",
            .with(keys: 1) {
                $0.key("a", type: 9); $0.integer(UInt32(9)); $0.integer(UInt64(0))
            }),
        Malformed(
            "an array longer than the file", "elements",
            .with(keys: 1) {
                $0.key("a", type: 9); $0.integer(UInt32(4)); $0.integer(UInt64(9))
            }),
        Malformed(
            "an array of 2^62 texts", "elements",
            .with(keys: 1) {
                $0.key("a", type: 9); $0.integer(UInt32(8)); $0.integer(UInt64(1) << 62)
            }),
        Malformed(
            "an alignment of 48", "alignment",
            .with(keys: 1) {
                $0.key("general.alignment", type: 4); $0.integer(UInt32(48))
            }),
        Malformed(
            "an alignment of 0", "alignment",
            .with(keys: 1) {
                $0.key("general.alignment", type: 4); $0.integer(UInt32(0))
            }),
        Malformed(
            "an alignment in 64 bits", "alignment",
            .with(keys: 1) {
                $0.key("general.alignment", type: 10); $0.integer(UInt64(32))
            }),
        Malformed(
            "a name of 64 bytes", "too long",
            .with(tensors: 1) {
                $0.tensor(String(repeating: "a", count: 64), [1]); $0.data(32)
            }),
        Malformed(
            "five dimensions", "5 dimensions",
            .with(tensors: 1) {
                $0.tensor("a", [1, 1, 1, 1, 1]); $0.data(32)
            }),
        Malformed(
            "a negative dimension", "counted",
            .with(tensors: 1) {
                $0.tensor("a", [.max]); $0.data(32)
            }),
        Malformed(
            "2^64 elements", "shape",
            .with(tensors: 1) {
                $0.tensor("a", [1 << 32, 1 << 32]); $0.data(32)
            }),
        Malformed(
            "2^62 elements, 2^64 bytes", "shape",
            .with(tensors: 1) {
                $0.tensor("a", [1 << 31, 1 << 31]); $0.data(32)
            }),
        Malformed(
            "half a block", "shape",
            .with(tensors: 1) {
                $0.tensor("a", [48], type: 8); $0.data(64)
            }),
        Malformed(
            "a type that was taken back", "type 4",
            .with(tensors: 1) {
                $0.tensor("a", [32], type: 4); $0.data(32)
            }),
        Malformed(
            "a tensor twice", "twice",
            .with(tensors: 2) {
                $0.tensor("a", [1]); $0.tensor("a", [1], offset: 32); $0.data(64)
            }),
        Malformed(
            "a gap", "one before",
            .with(tensors: 2) {
                $0.tensor("a", [1]); $0.tensor("b", [1], offset: 64); $0.data(96)
            }),
        Malformed(
            "shared bytes", "one before",
            .with(tensors: 2) {
                $0.tensor("a", [1]); $0.tensor("b", [1]); $0.data(64)
            }),
        Malformed(
            "an offset of 2^63", "shape",
            .with(tensors: 1) {
                $0.tensor("a", [1], offset: 1 << 63); $0.data(32)
            }),
        Malformed(
            "a file that was cut", "file's end",
            .with(tensors: 1) {
                $0.tensor("a", [64]); $0.data(255)
            }),
        Malformed("no data at all", "file's end", .with(tensors: 1) { $0.tensor("a", [64]) }),
    ]

    @Test(arguments: malformed)
    func `a malformed file is refused, and the error says why`(_ malformed: Malformed) throws {
        let error = try #require(throws: RoostError.self) { try malformed.file.read() }
        #expect(error.code.rawValue == "invalid_model_file")
        #expect(error.message.contains(malformed.words), "\(error.message)")
    }

    @Test func `version 2, no tensors, no dimensions and zero elements are fine`() throws {
        #expect(try GGUFBytes(version: 2).read().version == 2)
        let file = try GGUFBytes.with(tensors: 2) {
            $0.tensor("scalar", []); $0.tensor("none", [0, 4], offset: 32); $0.data(32)
        }.read()
        #expect(file.tensors.map(\.byteCount) == [4, 0])
    }

    @Test func `every prefix of a real head is refused without a crash`() throws {
        let plan = try ModelFixture(name: "sentence-bert", type: .f16).plan()
        let head = plan.header.bytes
        for count in Array(0..<512) + Array(stride(from: 512, to: head.count, by: 97)) {
            #expect(throws: RoostError.self) {
                try head.prefix(count).withUnsafeBytes { try GGUFFile(parsing: $0, fileSize: Int64(count), name: "x") }
            }
        }
    }

    @Test func `all kinds of values come back as they were written`() throws {
        let pairs: [GGUFKeyValue] = [
            .init("a", .uint8(1)), .init("b", .int8(-1)), .init("c", .uint16(2)), .init("d", .int16(-2)), .init("e", .uint32(3)),
            .init("f", .int32(-3)),
            .init("g", .float32(1.5)), .init("h", .bool(true)), .init("i", .string("é")), .init("j", .uint64(.max)), .init("k", .int64(.min)),
            .init("l", .float64(0.1)), .init("m", .array(.string(["x", "", "y"]))), .init("n", .array(.bool([true, false]))),
            .init("o", .array(.float32([0.5, -1]))), .init("p", .array(.int32([-7]))), .init("q", .array(.uint64([1 << 40]))),
        ]
        let header = try GGUFHeader(keyValues: pairs, tensors: [])
        let file = try header.bytes.withUnsafeBytes { try GGUFFile(parsing: $0, fileSize: header.fileSize, name: "x") }
        #expect(file.metadata.keyValues == pairs)
        #expect(file.metadata.count("e") == 3 && file.metadata.count("f") == nil && file.metadata.string("i") == "é")
    }
}
