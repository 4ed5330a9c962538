import Foundation
import ModelFormats
import NIOCore

/// A response and the input of its request, as they are stored. Their JSON is read on threads for long work.
struct StoredResponse: Sendable {
    /// The response, as it is sent.
    let response: Data
    /// The array of the request's items.
    let input: Data

    /// The items of the request and of the answer, in order.
    var items: [JSONText] { Self.items(Self.document(input)) + Self.items(Self.document(response)?["output"]) }

    /// The items of an array.
    static func items(_ json: ByteBuffer) -> [JSONText] { items(document(json.readableBytesView)) }

    private static func document(_ bytes: some Collection<UInt8>) -> JSONValue? { (try? JSONDocument(Array(bytes)))?.root }

    private static func items(_ list: JSONValue?) -> [JSONText] { (list?.list ?? []).map { JSONText($0) } }
}
