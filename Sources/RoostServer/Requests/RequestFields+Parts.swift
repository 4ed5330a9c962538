import ModelFormats
import RoostCore

extension RequestFields {
    /// An object that is a field of this one.
    func object(_ name: String) throws -> RequestFields {
        guard let value = value(name) else { throw refusal(of: name, "is missing; it must be an object.") }
        return try RequestFields(value, name: "`\(fullName(name))`", field: fullName(name))
    }

    /// What messages call a field, such as `messages[2].role`.
    func fullName(_ name: String) -> String { prefix + name }

    /// The error about a field.
    ///
    /// - Parameters:
    ///   - name: The field.
    ///   - why: The rest of a sentence that begins with the field's name.
    /// - Returns: The error.
    func refusal(of name: String, _ why: String) -> RoostError {
        RoostError(.invalidRequest, "`\(fullName(name))` \(why)", field: fullName(name))
    }
}
