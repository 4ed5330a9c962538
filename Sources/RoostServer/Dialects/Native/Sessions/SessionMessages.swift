import ModelFormats
import RoostCore

/// Messages of a session, oldest first, each as the JSON object that engines get.
struct SessionMessages: Sendable {
    /// A message.
    struct Message: Sendable, Hashable {
        /// The JSON object.
        let json: [UInt8]
        /// The word of its author.
        let role: String
    }

    private(set) var all: [Message] = []

    /// Reads an array of messages.
    ///
    /// - Parameter json: The array; each element is an object with a `role`.
    init(_ json: JSONValue) {
        all = json.list.map { value in
            var bytes: [UInt8] = []
            value.write(to: &bytes)
            return Message(json: bytes, role: value["role"]?.string ?? "")
        }
    }

    /// The messages as a JSON array.
    var json: [UInt8] { [UInt8(ascii: "[")] + all.map(\.json).joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")] }

    /// The bytes of all messages.
    var byteCount: Int { all.reduce(0) { $0 + $1.json.count + 1 } }

    /// Adds messages at the end. Those of the system at their begin replace the earlier ones.
    mutating func append(_ others: SessionMessages) {
        let system = others.all.prefix { $0.role == "system" }
        if !system.isEmpty { all = Array(system) + all.drop { $0.role == "system" } }
        all += others.all.dropFirst(system.count)
    }

    /// Removes the oldest messages, but not the system's at the begin, until the others are within limits and begin with one of the
    /// user: a template can write neither an answer without a question nor what a tool returned without its call.
    ///
    /// - Parameters:
    ///   - count: The most messages without those of the system.
    ///   - bytes: The most bytes of all.
    mutating func keepLast(_ count: Int, bytes: Int = .max) {
        let system = all.prefix { $0.role == "system" }
        var rest = all.dropFirst(system.count).suffix(max(0, count))
        var size = (Array(system) + rest).reduce(0) { $0 + $1.json.count + 1 }
        let isCut = system.count + rest.count < all.count || size > bytes
        while isCut, let first = rest.first, size > bytes || first.role != "user" {
            size -= first.json.count + 1
            rest = rest.dropFirst()
        }
        all = Array(system) + rest
    }
}
