import Foundation

/// The URL of a model's page on the Hub, or of one of its files: `https://huggingface.co/org/name/blob/main/x.gguf`,
/// `hf.co/org/name:Q4_K_M`.
public struct ModelAddress: Sendable, Hashable {
    /// The repository, with the GGUF file or folder in the URL.
    public let model: ModelReference
    /// The branch, tag or commit in the URL; `nil` for `main`.
    public let revision: String?

    private static let hosts: Set<String> = ["huggingface.co", "www.huggingface.co", "hf.co"]

    /// Parses a URL; `nil` when the text is not a URL.
    ///
    /// - Parameter text: The user's text; untrusted.
    /// - Throws: `RoostError` with code `invalidRequest` and field `model` for a URL that is not a model's on the Hub.
    public init?(parsing text: String) throws {
        var rest = text[...]
        let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
        if let scheme { rest = rest.dropFirst(scheme.count) }
        let host = rest.prefix { $0 != "/" }.lowercased()
        guard Self.hosts.contains(host) else {
            guard scheme != nil else { return nil }
            throw Self.refusal("an address on huggingface.co or hf.co (HF_ENDPOINT selects another Hub)", text)
        }
        let query = rest.firstIndex { $0 == "?" || $0 == "#" }
        let path = rest[..<(query ?? rest.endIndex)].dropFirst(host.count).split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        guard path.count >= 1, !["datasets", "spaces", "collections", "papers", "docs", "blog"].contains(path[0]) else {
            throw Self.refusal("the address of a model's page", text)
        }
        let (id, page) = Self.split(path)
        let name = try ModelReference(name: id)
        // An address within an address. Written out, such a name would be read as an address again.
        guard !Self.hosts.contains(name.repository.description.prefix { $0 != "/" }.lowercased()) else {
            throw Self.refusal("the address of a model's page", text)
        }
        let place = Self.place(page)
        let file = place.file ?? query.flatMap { Self.shownFile(rest[$0...]) }
        model = file.flatMap(VariantName.init(parsing:)).map { ModelReference(repository: name.repository, variant: $0) } ?? name
        revision = place.revision == "main" ? nil : place.revision
    }

    /// Splits a path into the repository's id (two parts, or one for old repositories such as `gpt2`) and the rest.
    private static func split(_ path: [String]) -> (id: String, page: ArraySlice<String>) {
        // `hf.co/org/name:folder/file`.
        if path.count > 1, path[1].contains(":") { return (path.joined(separator: "/"), []) }
        let pages = ["tree", "blob", "resolve", "raw", "commit", "commits", "discussions"]
        let count = path.count == 1 || pages.contains(path[1]) ? 1 : 2
        return (path.prefix(count).joined(separator: "/"), path.dropFirst(count))
    }

    /// Returns the revision, and the GGUF file or folder, of `blob/main/x.gguf` and similar paths.
    private static func place(_ page: ArraySlice<String>) -> (revision: String?, file: String?) {
        guard let kind = page.first, ["tree", "blob", "resolve", "raw", "commit", "commits"].contains(kind), page.count > 1 else { return (nil, nil) }
        var rest = page.dropFirst()
        // The full name of a pull request's reference has three parts.
        let length = rest.first == "refs" && rest.count >= 3 ? 3 : 1
        let revision = rest.prefix(length).joined(separator: "/")
        rest = rest.dropFirst(length)
        let path = rest.joined(separator: "/")
        let namesModel = kind == "tree" || path.lowercased().hasSuffix(".gguf")
        return (revision, path.isEmpty || !namesModel ? nil : path)
    }

    /// Returns the file that the page shows.
    private static func shownFile(_ query: Substring) -> String? {
        let fields = query.drop { $0 == "?" }.prefix { $0 != "#" }.split(separator: "&")
        let value = fields.first { $0.hasPrefix("show_file_info=") }?.dropFirst("show_file_info=".count)
        return value.flatMap { $0.replacing("+", with: " ").removingPercentEncoding }
    }

    private static func refusal(_ wanted: String, _ text: String) -> RoostError {
        RoostError(
            .invalidRequest, "`model` must be a model's name, `org/name`, or \(wanted); got \(text.quotedForPeople).", field: "model")
    }
}
