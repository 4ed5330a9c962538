import ModelFormats

extension RequestFields {
    /// The names and values of all fields, in the order of the body, also those that are `null`.
    var members: [(name: String, value: JSONValue)] {
        var found: [(name: String, value: JSONValue)] = []
        if let members = values.members {
            for (key, value) in members { found.append((key.string ?? "", value)) }
        }
        return found
    }
}
