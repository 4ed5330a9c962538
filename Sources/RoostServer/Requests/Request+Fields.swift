import HTTPServing
import Hummingbird

extension Request {
    /// Reads a JSON body and passes its fields on.
    ///
    /// - Parameters:
    ///   - limit: The most bytes of the body.
    ///   - check: Reads the fields.
    /// - Returns: The result of `check`.
    /// - Throws: As `readBody`; `RoostError` with code `invalidRequest` when the body is not a JSON object; the errors
    ///   of `check`.
    mutating func readFields<Value: Sendable>(
        upTo limit: Int, _ check: @escaping @Sendable (RequestFields) throws -> Value
    ) async throws -> Value {
        try await RequestFields.read(readBody(upTo: limit), check)
    }
}
