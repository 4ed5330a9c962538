import Foundation
import ModelFormats
import NIOCore

/// A response and the input of its request, as they are stored. Their JSON is read on threads for long work.
struct StoredResponse: Sendable {
    /// The response, as it is sent.
    let response: Data
    /// The array of the request's items.
    let input: Data

    /// The body that a client gets.
    var body: ByteBuffer { ByteBuffer(bytes: response) }

    /// The items of the request.
    var inputItems: [JSONText] { Self.items(document(input)) }

    /// The items of the request and of the answer, in order.
    var items: [JSONText] { inputItems + Self.items(document(response)?["output"]) }

    private func document(_ data: Data) -> JSONValue? { (try? JSONDocument(Array(data)))?.root }

    private static func items(_ list: JSONValue?) -> [JSONText] { (list?.list ?? []).map { JSONText($0) } }
}
