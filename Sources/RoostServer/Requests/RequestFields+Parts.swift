import ModelFormats
import RoostCore

extension RequestFields {
    /// Returns an object in a field.
    func object(_ name: String) throws -> RequestFields {
        guard let value = value(name) else { throw refusal(of: name, "is missing; it must be an object.") }
        return try RequestFields(value, name: "`\(fullName(name))`", field: fullName(name))
    }

    /// Returns a field's full name for messages, such as `messages[2].role`.
    func fullName(_ name: String) -> String { prefix + name }

    /// Returns the error for an invalid field.
    ///
    /// - Parameters:
    ///   - name: The name of the field.
    ///   - why: The rest of the sentence that begins with the field's name.
    /// - Returns: The error.
    func refusal(of name: String, _ why: String) -> RoostError {
        RoostError(.invalidRequest, "`\(fullName(name))` \(why)", field: fullName(name))
    }
}
