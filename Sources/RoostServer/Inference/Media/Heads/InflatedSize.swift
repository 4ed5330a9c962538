/// Counts the bytes that compressed data (RFC 1950 and 1951) unpacks to, and keeps none of them.
struct InflatedSize {
    /// The most codes without regard to the size. An encoder begins a new code only where that saves bytes.
    private static let mostCodes = 1024

    private let input: [UInt8]
    private let limit: Int
    private var position = 0
    /// Bits that were read and not used yet, the next one lowest.
    private var held: UInt32 = 0
    private var heldCount = 0
    private var count = 0
    private var codes = 0

    private init(_ input: [UInt8], limit: Int) { (self.input, self.limit) = (input, limit) }

    /// Counts the bytes.
    ///
    /// - Parameters:
    ///   - input: The compressed data with its header; untrusted.
    ///   - limit: The most bytes.
    /// - Returns: The number; `nil` when there are more, or the data is damaged.
    static func of(_ input: [UInt8], limit: Int) -> Int? {
        var size = InflatedSize(input, limit: limit)
        return size.read() ? size.count : nil
    }

    /// Reads all blocks; `false` when that ends early.
    private mutating func read() -> Bool {
        guard let method = bits(8), let flags = bits(8), (method << 8 | flags) % 31 == 0, method & 15 == 8, flags & 32 == 0 else { return false }
        while let isLast = bits(1), let kind = bits(2) {
            let isRead: Bool
            switch kind {
            case 0: isRead = readPlain()
            case 1: isRead = readCoded(DeflateCode.lengths, DeflateCode.distances)
            case 2:
                codes += 1
                guard codes <= Self.mostCodes + input.count / 256, let (lengths, distances) = readCodes() else { return false }
                isRead = readCoded(lengths, distances)
            default: return false
            }
            guard isRead else { return false }
            if isLast == 1 { return true }
        }
        return false
    }

    private mutating func readPlain() -> Bool {
        // The rest of the byte is not used.
        (held, heldCount) = (0, 0)
        guard let length = bits(16), let check = bits(16), length ^ check == 0xFFFF, length <= input.count - position else { return false }
        position += length
        count += length
        return count <= limit
    }

    private mutating func readCoded(_ lengths: DeflateCode, _ distances: DeflateCode) -> Bool {
        while let symbol = symbol(lengths) {
            switch symbol {
            case 0..<256: count += 1
            case 256: return true
            case 257..<286:
                guard let more = bits(DeflateCode.lengthBits[symbol - 257]), let distance = self.symbol(distances), distance < 30,
                    bits(max(0, distance / 2 - 1)) != nil
                else { return false }
                count += DeflateCode.lengthBases[symbol - 257] + more
            default: return false
            }
            guard count <= limit else { return false }
        }
        return false
    }

    /// Reads the codes of a block, which are coded themselves.
    private mutating func readCodes() -> (lengths: DeflateCode, distances: DeflateCode)? {
        guard let lengthCount = bits(5).map({ $0 + 257 }), let distanceCount = bits(5).map({ $0 + 1 }), let orderCount = bits(4).map({ $0 + 4 })
        else { return nil }
        var orderLengths = Array(repeating: 0, count: 19)
        for index in 0..<orderCount {
            guard let length = bits(3) else { return nil }
            orderLengths[DeflateCode.order[index]] = length
        }
        guard let code = DeflateCode(orderLengths[...]) else { return nil }
        var lengths: [Int] = []
        while lengths.count < lengthCount + distanceCount {
            guard let symbol = symbol(code) else { return nil }
            let (value, most): (Int?, Int?) =
                switch symbol {
                case 16: (lengths.last, bits(2).map { $0 + 3 })
                case 17: (0, bits(3).map { $0 + 3 })
                case 18: (0, bits(7).map { $0 + 11 })
                default: (symbol, 1)
                }
            guard let value, let most else { return nil }
            lengths += repeatElement(value, count: most)
        }
        guard lengths.count == lengthCount + distanceCount, let symbols = DeflateCode(lengths[..<lengthCount]),
            let distances = DeflateCode(lengths[lengthCount...])
        else { return nil }
        return (symbols, distances)
    }

    private mutating func symbol(_ code: DeflateCode) -> Int? {
        var (value, first, index) = (0, 0, 0)
        for count in code.counts {
            guard let bit = bits(1) else { return nil }
            value |= bit
            if value - first < count { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        return nil
    }

    private mutating func bits(_ wanted: Int) -> Int? {
        while heldCount < wanted {
            guard position < input.count else { return nil }
            held |= UInt32(input[position]) << UInt32(heldCount)
            position += 1
            heldCount += 8
        }
        let value = held & ((1 << UInt32(wanted)) - 1)
        held >>= UInt32(wanted)
        heldCount -= wanted
        return Int(value)
    }
}
