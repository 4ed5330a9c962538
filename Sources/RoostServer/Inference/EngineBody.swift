import HTTPServing
import ModelFormats
import NIOCore

/// Builds JSON from validated parts, in their order: the body of a request to an engine, or an answer of one in a client's form.
struct EngineBody {
    private(set) var bytes: [UInt8] = []
    /// The images and sounds in it.
    var media = RequestMedia()
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
    /// - Parameter name: A name without characters that need escapes.
    mutating func next(_ name: String?) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        if let name { bytes += "\"\(name)\":".utf8 }
    }

    /// Begins a member of an object with any name.
    mutating func next(text name: String) {
        next(nil)
        write(text: name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Writes a value that is JSON already.
    mutating func write(json: some Sequence<UInt8>) { bytes += json }

    /// Writes a value in the client's form.
    mutating func write(_ value: JSONValue) { value.write(to: &bytes) }

    /// Writes a whole number.
    mutating func write(number: Int) { bytes += "\(number)".utf8 }

    /// Writes a finite number.
    mutating func write(number: Float) { bytes += "\(number)".utf8 }

    /// Writes a JSON text as it is.
    mutating func write(plain: String) { bytes += plain.utf8 }

    /// Writes a string without characters that need escapes.
    mutating func write(string: String) { write(string: string.utf8) }

    /// Writes a string without characters that need escapes.
    mutating func write(string: some Sequence<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        bytes += string
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes any string, with escapes where JSON needs them.
    mutating func write(text: String) {
        var written = ByteBuffer()
        written.write(jsonString: text)
        bytes += written.readableBytesView
    }

    /// The whole text.
    var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }
}
