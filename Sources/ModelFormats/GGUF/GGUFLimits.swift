/// The limits for a GGUF file. The largest known vocabularies are smaller by a factor of five. A file beyond the limits
/// is not a model, but an attempt to exhaust memory.
enum GGUFLimits {
    static let keyValues: UInt64 = 1 << 16
    static let tensors: UInt64 = 1 << 18
    /// The total number of elements in all arrays.
    static let arrayElements: UInt64 = 1 << 22
    static let keyBytes: UInt64 = 1 << 16 - 1
    static let nameBytes: UInt64 = 63
    /// The maximum length of a string in bytes; chat templates are the longest.
    static let stringBytes: UInt64 = 1 << 26
    /// The maximum number of bytes before the data section.
    static let headBytes = 1 << 28
    static let dimensions: UInt32 = 4
    /// The maximum alignment in bytes; 32 is the default.
    static let alignment: UInt32 = 1 << 16
    static let defaultAlignment: UInt32 = 32
}
