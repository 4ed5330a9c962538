/// The look of a text on a terminal with colours.
enum TextStyle: String {
    case plain = ""
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"

    /// Returns a text in this style; unchanged without colours.
    func applied(to text: String, if isColored: Bool) -> String {
        isColored && self != .plain ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
