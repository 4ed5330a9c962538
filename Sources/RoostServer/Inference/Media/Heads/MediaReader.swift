/// Reads numbers and texts at positions of a file; `nil` beyond its end.
struct MediaReader<Bytes: RandomAccessCollection<UInt8>> {
    let bytes: Bytes

    var count: Int { bytes.count }

    func begins(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }

    func text(_ position: Int, _ count: Int) -> String? { slice(position, count).map { String(decoding: $0, as: UTF8.self) } }

    func big(_ position: Int, _ count: Int) -> Int? { slice(position, count)?.reduce(0) { $0 << 8 | Int($1) } }

    func little(_ position: Int, _ count: Int) -> Int? { slice(position, count)?.reversed().reduce(0) { $0 << 8 | Int($1) } }

    func slice(_ position: Int, _ count: Int) -> Bytes.SubSequence? {
        guard position >= 0, count <= bytes.count, position <= bytes.count - count else { return nil }
        let start = bytes.index(bytes.startIndex, offsetBy: position)
        return bytes[start..<bytes.index(start, offsetBy: count)]
    }
}
