import ModelFormats
import NIOCore

/// Builds a JSON text for an engine of parts that were checked.
struct EngineBody {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    mutating func begin(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        isFirst = true
    }

    mutating func end(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        isFirst = false
    }

    /// Begins a member of an object, or with `nil` an element of an array.
    ///
    /// - Parameter name: One of Roost's own names, which need no escapes.
    mutating func next(_ name: String?) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        if let name { bytes += "\"\(name)\":".utf8 }
    }

    /// Writes a value as the client did.
    mutating func write(_ value: JSONValue) { value.write(to: &bytes) }

    /// Writes a string of Roost's own, which needs no escapes.
    mutating func write(string: String) { bytes += "\"\(string)\"".utf8 }

    var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }
}
