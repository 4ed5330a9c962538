import HTTPServing
import ModelFormats
import NIOCore

/// The call of a free-form tool, which the model sees as a function with one text.
enum CustomCall {
    /// Returns the function's arguments for a text.
    static func arguments(_ input: String) -> String { String(buffer: JSON.buffer(["input": input])) }

    /// Returns the text in a function's arguments; the arguments themselves when they are something else.
    static func input(_ arguments: String) -> String { (try? JSONDocument(Array(arguments.utf8)))?.root["input"]?.string ?? arguments }
}
