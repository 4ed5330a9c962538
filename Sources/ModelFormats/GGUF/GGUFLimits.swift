/// What a file may have at most. The largest known vocabularies stay a factor of five below; a file that wants more is not a model, but a way to
/// fill memory.
enum GGUFLimits {
    static let keyValues: UInt64 = 1 << 16
    static let tensors: UInt64 = 1 << 18
    /// Elements of all arrays together.
    static let arrayElements: UInt64 = 1 << 22
    static let keyBytes: UInt64 = 1 << 16 - 1
    static let nameBytes: UInt64 = 63
    /// Bytes of one string; the longest are chat templates.
    static let stringBytes: UInt64 = 1 << 26
    /// Bytes before the data section.
    static let headBytes = 1 << 28
    static let dimensions: UInt32 = 4
    /// Alignment in bytes; 32 is the rule.
    static let alignment: UInt32 = 1 << 16
    static let defaultAlignment: UInt32 = 32
}
