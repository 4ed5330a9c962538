/// Splits a stream of bytes into server-sent events and returns their `data`, by WHATWG's section "Server-sent events".
///
/// Bytes may be cut at any place. Lines end in LF, CR LF or CR; comments (pings) and other fields are ignored; several
/// `data` lines of an event are joined by LF. An event that is incomplete at the end of the stream is dropped, as the
/// standard requires.
public struct ServerSentEvents: Sendable {
    private let limit: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var previousWasCR = false

    /// Creates a splitter.
    ///
    /// - Parameter limit: The most bytes of a line, or of the data of an event.
    public init(limit: Int = 4 * 1024 * 1024) { self.limit = limit }

    /// Processes the next bytes of the stream.
    ///
    /// - Parameter bytes: Any number of bytes.
    /// - Returns: The data of the events that are now complete.
    /// - Throws: `RoostError` with code `engineRefused` when a line or an event is longer than the limit.
    public mutating func feed(_ bytes: some Sequence<UInt8>) throws -> [String] {
        var events: [String] = []
        let isDone: Void? = try bytes.withContiguousStorageIfAvailable { try feed($0, to: &events) }
        if isDone == nil { try Array(bytes).withUnsafeBufferPointer { try feed($0, to: &events) } }
        return events
    }

    private mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, to events: inout [String]) throws {
        var rest = bytes[...]
        if previousWasCR, rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
        if !bytes.isEmpty { previousWasCR = false }
        while let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            try append(rest[..<end])
            if let event = endLine() { events.append(event) }
            let isCR = rest[end] == UInt8(ascii: "\r")
            rest = rest[(end + 1)...]
            guard isCR else { continue }
            previousWasCR = rest.isEmpty
            if rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
        }
        try append(rest)
    }

    private mutating func append(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) throws {
        guard line.count + data.count + bytes.count <= limit else { throw Self.tooLong(limit) }
        line.append(contentsOf: bytes)
    }

    private mutating func endLine() -> String? {
        defer { line.removeAll(keepingCapacity: true) }
        if line.isEmpty {
            defer {
                data.removeAll(keepingCapacity: true)
                hasData = false
            }
            return hasData ? String(decoding: data, as: UTF8.self) : nil
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        guard line[..<colon].elementsEqual("data".utf8) else { return nil }
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if hasData { data.append(UInt8(ascii: "\n")) }
        data.append(contentsOf: value)
        hasData = true
        return nil
    }

    private static func tooLong(_ limit: Int) -> RoostError {
        RoostError(.engineRefused, "The answer holds an event of more than \(ByteCount(Int64(limit))); the request was given up.")
    }
}
