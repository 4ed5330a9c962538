/// A ggml type for a tensor's numbers, identified by its number in the file. Each row is a whole number of blocks.
public struct TensorType: Sendable, Hashable {
    /// ggml's number for the type.
    public let rawValue: UInt32
    /// llama.cpp's name, such as `Q4_K`.
    public let name: String
    /// The number of elements in a block.
    public let blockSize: Int
    /// The number of bytes in a block.
    public let blockByteCount: Int
}

extension TensorType {
    /// Single precision.
    public static let f32 = Self(rawValue: 0, name: "F32", blockSize: 1, blockByteCount: 4)
    /// Half precision.
    public static let f16 = Self(rawValue: 1, name: "F16", blockSize: 1, blockByteCount: 2)
    /// Four bits and a scale.
    public static let q4_0 = Self(rawValue: 2, name: "Q4_0", blockSize: 32, blockByteCount: 18)
    /// Four bits, a scale and a minimum.
    public static let q4_1 = Self(rawValue: 3, name: "Q4_1", blockSize: 32, blockByteCount: 20)
    /// Five bits and a scale.
    public static let q5_0 = Self(rawValue: 6, name: "Q5_0", blockSize: 32, blockByteCount: 22)
    /// Five bits, a scale and a minimum.
    public static let q5_1 = Self(rawValue: 7, name: "Q5_1", blockSize: 32, blockByteCount: 24)
    /// Eight bits and a scale.
    public static let q8_0 = Self(rawValue: 8, name: "Q8_0", blockSize: 32, blockByteCount: 34)
    /// Four bits, with scales and minima of six bits for each 32 elements.
    public static let q4_K = Self(rawValue: 12, name: "Q4_K", blockSize: 256, blockByteCount: 144)
    /// Five bits, with scales and minima of six bits for each 32 elements.
    public static let q5_K = Self(rawValue: 13, name: "Q5_K", blockSize: 256, blockByteCount: 176)
    /// Six bits, with scales of eight bits for each 16 elements.
    public static let q6_K = Self(rawValue: 14, name: "Q6_K", blockSize: 256, blockByteCount: 210)
    /// The upper half of single precision.
    public static let bf16 = Self(rawValue: 30, name: "BF16", blockSize: 1, blockByteCount: 2)

    /// All types that llama.cpp build 11434 reads.
    public static let all: [TensorType] = [
        f32, f16, q4_0, q4_1, q5_0, q5_1, q8_0,
        Self(rawValue: 9, name: "Q8_1", blockSize: 32, blockByteCount: 36),
        Self(rawValue: 10, name: "Q2_K", blockSize: 256, blockByteCount: 84),
        Self(rawValue: 11, name: "Q3_K", blockSize: 256, blockByteCount: 110),
        q4_K, q5_K, q6_K,
        Self(rawValue: 15, name: "Q8_K", blockSize: 256, blockByteCount: 292),
        Self(rawValue: 16, name: "IQ2_XXS", blockSize: 256, blockByteCount: 66),
        Self(rawValue: 17, name: "IQ2_XS", blockSize: 256, blockByteCount: 74),
        Self(rawValue: 18, name: "IQ3_XXS", blockSize: 256, blockByteCount: 98),
        Self(rawValue: 19, name: "IQ1_S", blockSize: 256, blockByteCount: 50),
        Self(rawValue: 20, name: "IQ4_NL", blockSize: 32, blockByteCount: 18),
        Self(rawValue: 21, name: "IQ3_S", blockSize: 256, blockByteCount: 110),
        Self(rawValue: 22, name: "IQ2_S", blockSize: 256, blockByteCount: 82),
        Self(rawValue: 23, name: "IQ4_XS", blockSize: 256, blockByteCount: 136),
        Self(rawValue: 24, name: "I8", blockSize: 1, blockByteCount: 1),
        Self(rawValue: 25, name: "I16", blockSize: 1, blockByteCount: 2),
        Self(rawValue: 26, name: "I32", blockSize: 1, blockByteCount: 4),
        Self(rawValue: 27, name: "I64", blockSize: 1, blockByteCount: 8),
        Self(rawValue: 28, name: "F64", blockSize: 1, blockByteCount: 8),
        Self(rawValue: 29, name: "IQ1_M", blockSize: 256, blockByteCount: 56),
        bf16,
        Self(rawValue: 34, name: "TQ1_0", blockSize: 256, blockByteCount: 54),
        Self(rawValue: 35, name: "TQ2_0", blockSize: 256, blockByteCount: 66),
        Self(rawValue: 39, name: "MXFP4", blockSize: 32, blockByteCount: 17),
        Self(rawValue: 40, name: "NVFP4", blockSize: 64, blockByteCount: 36),
        Self(rawValue: 41, name: "Q1_0", blockSize: 128, blockByteCount: 18),
        Self(rawValue: 42, name: "Q2_0", blockSize: 64, blockByteCount: 18),
    ]

    private static let byNumber = Dictionary(uniqueKeysWithValues: all.map { ($0.rawValue, $0) })

    /// Creates the type with one of ggml's numbers; `nil` for numbers that are unassigned or withdrawn.
    ///
    /// - Parameter rawValue: The number in the file.
    public init?(rawValue: UInt32) {
        guard let known = Self.byNumber[rawValue] else { return nil }
        self = known
    }

    /// Returns the size of a row in bytes.
    ///
    /// - Parameter elements: The row's length.
    /// - Returns: `nil` if the row is not a whole number of blocks, is negative, or the number of bytes overflows.
    public func byteCount(ofRow elements: Int) -> Int? {
        guard elements >= 0, elements % blockSize == 0 else { return nil }
        let (bytes, overflow) = (elements / blockSize).multipliedReportingOverflow(by: blockByteCount)
        return overflow ? nil : bytes
    }
}
