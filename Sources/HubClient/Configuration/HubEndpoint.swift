import RoostCore

/// The base URL of a Hub: `https://huggingface.co`, a mirror, or a mirror below a path such as `http://mirror.lan/hub`.
public struct HubEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// The origin; the token is sent only there.
    public let origin: HTTPOrigin
    /// The URL without a trailing slash.
    public let description: String

    /// The public Hub.
    public static let huggingFace = HubEndpoint(
        origin: HTTPOrigin(scheme: .https, host: "huggingface.co", port: 443), description: "https://huggingface.co")

    /// Parses a base URL.
    ///
    /// - Parameter text: An `http` or `https` URL without credentials, query and fragment; slashes at its end are
    ///   removed.
    /// - Throws: `RoostError` with code `invalidConfiguration` and field `HF_ENDPOINT`.
    public init(parsing text: String) throws {
        guard let url = RemoteURL(text), !text.contains("?"), !text.contains("#") else {
            // The text is not shown, because it may be a URL with credentials.
            throw RoostError(
                .invalidConfiguration,
                "HF_ENDPOINT must be an http or https URL without user name, password, query and fragment, such as https://huggingface.co.",
                field: "HF_ENDPOINT")
        }
        var base = url.text[...]
        while base.hasSuffix("/") { base.removeLast() }
        self.init(origin: url.origin, description: String(base))
    }

    private init(origin: HTTPOrigin, description: String) {
        self.origin = origin
        self.description = description
    }
}
