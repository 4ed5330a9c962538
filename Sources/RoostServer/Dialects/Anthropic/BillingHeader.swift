/// The line that Claude Code puts before its system text, such as
/// `x-anthropic-billing-header: cc_version=2.1.37.0d9; cc_entrypoint=cli; cch=fa690;`.
///
/// `cch` changes with each request and the end of `cc_version` with each conversation, so an engine could reuse nothing of
/// the prompt that follows. The line is no instruction, and the model does not get it.
enum BillingHeader {
    private static let name = "x-anthropic-billing-header:"

    /// Returns a system text without the line.
    ///
    /// - Parameter text: The text.
    /// - Returns: The text after the line; all of it if it does not begin with the line.
    static func removed(from text: String) -> Substring {
        guard text.hasPrefix(name), let line = text.dropFirst(name.count).prefixMatch(of: /(?: *[a-z_]+=[^;\n]*;)+\n?/) else { return text[...] }
        return text[line.range.upperBound...]
    }
}
