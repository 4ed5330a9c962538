import ModelFormats
import RoostCore

/// The field `model_info` of `POST /api/show`: the key-values of the model's file. Long arrays, such as the vocabulary, are
/// `null` unless they are asked for.
struct OllamaModelInfo: Encodable {
    /// The elements that an array may have to be included in any case.
    private static let shortArray = 8

    let metadata: GGUFMetadata
    let parameterCount: Int64
    let isVerbose: Bool

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for pair in metadata.keyValues where pair.key != "tokenizer.chat_template" {
            let key = Key(stringValue: pair.key)
            if case .array(let array) = pair.value {
                if isVerbose || array.count <= Self.shortArray {
                    try container.encode(Elements(array: array), forKey: key)
                } else {
                    try container.encodeNil(forKey: key)
                }
            } else {
                try container.encode(Scalar(value: pair.value), forKey: key)
            }
        }
        try container.encode(parameterCount, forKey: Key(stringValue: "general.parameter_count"))
    }

    private struct Scalar: Encodable {
        let value: GGUFValue

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value {
            case .uint8(let number): try container.encode(number)
            case .int8(let number): try container.encode(number)
            case .uint16(let number): try container.encode(number)
            case .int16(let number): try container.encode(number)
            case .uint32(let number): try container.encode(number)
            case .int32(let number): try container.encode(number)
            case .uint64(let number): try container.encode(number)
            case .int64(let number): try container.encode(number)
            case .float32(let number): try container.encode(number.isFinite ? number : nil)
            case .float64(let number): try container.encode(number.isFinite ? number : nil)
            case .bool(let flag): try container.encode(flag)
            case .string(let text): try container.encode(text.description)
            case .array: try container.encodeNil()
            }
        }
    }

    private struct Elements: Encodable {
        let array: GGUFArray

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch array {
            case .uint8(let values): try container.encode(values)
            case .int8(let values): try container.encode(values)
            case .uint16(let values): try container.encode(values)
            case .int16(let values): try container.encode(values)
            case .uint32(let values): try container.encode(values)
            case .int32(let values): try container.encode(values)
            case .uint64(let values): try container.encode(values)
            case .int64(let values): try container.encode(values)
            case .float32(let values): try container.encode(values.map { $0.isFinite ? $0 : nil })
            case .float64(let values): try container.encode(values.map { $0.isFinite ? $0 : nil })
            case .bool(let values): try container.encode(values)
            case .string(let values): try container.encode(values.map(\.description))
            }
        }
    }
}
