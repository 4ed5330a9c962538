extension String {
    /// The text in quotes, cut after 80 characters and with control characters escaped, so that untrusted input can be
    /// shown in an error or a log line.
    public var quotedForPeople: String {
        let shown = unicodeScalars.prefix(80).map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\"" ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return "\"\(shown.joined())\"" + (unicodeScalars.count > 80 ? "… (\(unicodeScalars.count) characters)" : "")
    }
}
