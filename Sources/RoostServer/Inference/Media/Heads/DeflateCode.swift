/// A prefix code of compressed data (RFC 1951, 3.2.2), by the lengths of its codes.
struct DeflateCode {
    /// The number of codes of 1 … 15 bits.
    let counts: [Int]
    /// The symbols, by code.
    let symbols: [Int]

    /// Creates a code; `nil` for more codes than there are bits for.
    ///
    /// - Parameter lengths: The length of each symbol's code, 0 … 15; 0 for a symbol without one.
    init?(_ lengths: ArraySlice<Int>) {
        var counts = Array(repeating: 0, count: 16)
        for length in lengths { counts[length] += 1 }
        var free = 1
        // The position of the first symbol of each length.
        var places = Array(repeating: 0, count: 17)
        for length in 1...15 {
            free = 2 * free - counts[length]
            guard free >= 0 else { return nil }
            places[length + 1] = places[length] + counts[length]
        }
        var symbols = Array(repeating: 0, count: places[16])
        for (symbol, length) in lengths.enumerated() where length > 0 {
            symbols[places[length]] = symbol
            places[length] += 1
        }
        self.counts = Array(counts[1...])
        self.symbols = symbols
    }

    /// The code of a block with the fixed codes.
    static let lengths = fixed([(8, 144), (9, 112), (7, 24), (8, 8)])
    /// The code of the distances in such a block.
    static let distances = fixed([(5, 30)])
    /// The order in which a block names the lengths of the code of its codes.
    static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    /// The least number of repeated bytes for the symbols from 257.
    static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
    ]
    /// The number of bits that add to it.
    static let lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]

    private static func fixed(_ parts: [(length: Int, count: Int)]) -> DeflateCode {
        let lengths = parts.flatMap { Array(repeating: $0.length, count: $0.count) }
        guard let code = DeflateCode(lengths[...]) else { preconditionFailure("the lengths of RFC 1951 are a code") }
        return code
    }
}
