import Foundation
import ModelFormats

/// A GGUF file of the simplest kind: values that are text or 32 bits long, and tensors. Enough for `llama-quantize`, which needs no vocabulary.
struct PlainGGUF {
    struct Tensor {
        let name: String
        let shape: [Int]
        let type: TensorType
        let bytes: Data
    }

    var texts: [(key: String, value: String)] = []
    var numbers: [(key: String, value: UInt32)] = []
    var floats: [(key: String, value: Float)] = []
    var tensors: [Tensor] = []

    func encoded() -> Data {
        var data = Data("GGUF".utf8)
        data.append(number: UInt32(3))
        data.append(number: UInt64(tensors.count))
        data.append(number: UInt64(texts.count + numbers.count + floats.count))
        for (key, value) in texts {
            data.append(text: key)
            data.append(number: GGUFValueType.string.rawValue)
            data.append(text: value)
        }
        for (key, value) in numbers {
            data.append(text: key)
            data.append(number: GGUFValueType.uint32.rawValue)
            data.append(number: value)
        }
        for (key, value) in floats {
            data.append(text: key)
            data.append(number: GGUFValueType.float32.rawValue)
            data.append(number: value.bitPattern)
        }
        var offset: UInt64 = 0
        for tensor in tensors {
            data.append(text: tensor.name)
            data.append(number: UInt32(tensor.shape.count))
            for dimension in tensor.shape { data.append(number: UInt64(dimension)) }
            data.append(number: tensor.type.rawValue)
            data.append(number: offset)
            offset += UInt64(tensor.bytes.count + Self.padding(after: tensor.bytes.count))
        }
        data.append(Data(count: Self.padding(after: data.count)))
        for tensor in tensors {
            data.append(tensor.bytes)
            data.append(Data(count: Self.padding(after: tensor.bytes.count)))
        }
        return data
    }

    /// Reads the tensors of a file of this kind.
    static func tensors(in data: Data) throws -> [String: Tensor] {
        var reader = Reader(data: data, offset: 8)
        let (tensorCount, valueCount) = (try reader.number(UInt64.self), try reader.number(UInt64.self))
        for _ in 0..<valueCount {
            _ = try reader.text()
            switch GGUFValueType(rawValue: try reader.number()) {
            case .string: _ = try reader.text()
            case .uint32, .float32: _ = try reader.number(UInt32.self)
            default: throw Unreadable()
            }
        }
        var infos: [(name: String, shape: [Int], type: TensorType, offset: Int)] = []
        for _ in 0..<tensorCount {
            let name = try reader.text()
            let shape = try (0..<reader.number(UInt32.self)).map { _ in Int(try reader.number(UInt64.self)) }
            guard let type = TensorType(rawValue: try reader.number()) else { throw Unreadable() }
            infos.append((name, shape, type, Int(try reader.number(UInt64.self))))
        }
        let start = reader.offset + padding(after: reader.offset)
        return try infos.reduce(into: [:]) { found, info in
            guard let count = info.type.byteCount(ofRow: info.shape.reduce(1, *)), start + info.offset + count <= data.count else {
                throw Unreadable()
            }
            let bytes = data[(start + info.offset)..<(start + info.offset + count)]
            found[info.name] = Tensor(name: info.name, shape: info.shape, type: info.type, bytes: Data(bytes))
        }
    }

    struct Unreadable: Error {}

    private static func padding(after count: Int) -> Int { (32 - count % 32) % 32 }

    private struct Reader {
        let data: Data
        var offset: Int

        mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws -> Number {
            let bytes = try take(MemoryLayout<Number>.size)
            return bytes.reversed().reduce(0) { $0 << 8 | Number($1) }
        }

        mutating func text() throws -> String { String(decoding: try take(Int(try number(UInt64.self))), as: UTF8.self) }

        private mutating func take(_ count: Int) throws -> Data {
            guard count >= 0, count <= data.count - offset else { throw Unreadable() }
            defer { offset += count }
            return data[offset..<(offset + count)]
        }
    }
}

extension Data {
    fileprivate mutating func append(number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(text: String) {
        append(number: UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }
}
