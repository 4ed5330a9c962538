import RoostAPI
import RoostCore

extension ModelAlias {
    /// Whether a person who typed a name means this alias: the server ignores the case of letters.
    func isNamed(_ typed: ModelReference) -> Bool { name.description.lowercased() == typed.description.lowercased() }

    /// The context that its preset asks for; `nil` for the model's own.
    var contextLength: Int? {
        guard case .number(let tokens)? = preset.parameters?["num_ctx"] else { return nil }
        return Int(exactly: tokens)
    }
}
