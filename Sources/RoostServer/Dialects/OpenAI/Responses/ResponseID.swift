import RoostCore

/// The ids of responses and their items, each with the prefix that clients expect.
enum ResponseID: String {
    case response = "resp"
    case message = "msg"
    case reasoning = "rs"
    case call = "fc"
    case callOutput = "fco"
    case customCall = "ctc"
    case customCallOutput = "ctco"
    case toolCall = "call"

    /// Returns a new id, which cannot be guessed: 128 random bits.
    func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return "\(rawValue)_\((generator.next() as UInt64).hexadecimal)\((generator.next() as UInt64).hexadecimal)"
    }
}
