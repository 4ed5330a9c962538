package import Foundation
import RoostCore

/// A manifest of an Ollama store: the files of a model, by digest. Untrusted: everything in it is checked and bounded.
package struct OllamaManifest: Sendable, Hashable {
    /// The kind of a file.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case model, projector, adapter, template, system, params, license, messages, prompt

        /// The media type in manifests.
        package var mediaType: String { "application/vnd.ollama.image.\(rawValue)" }
    }

    /// A file of a model.
    package struct Layer: Sendable, Hashable {
        /// The kind; `nil` for one that Roost does not know.
        package let kind: Kind?
        /// The SHA-256: 64 lower-case hexadecimal digits.
        package let sha256: String
        /// The size in bytes.
        package let size: Int64

        /// Creates a layer.
        package init(kind: Kind?, sha256: String, size: Int64) {
            self.kind = kind
            self.sha256 = sha256
            self.size = size
        }
    }

    /// The most bytes of a manifest.
    static let mostBytes = 256 << 10
    private static let mostLayers = 256
    /// The largest size of a file: those of all files of a manifest can be added.
    private static let largest: Int64 = 1 << 50

    /// The files, in the order of the manifest.
    package let layers: [Layer]
    /// The file with the configuration, which only Ollama needs; `nil` without one.
    package let config: Layer?

    /// Creates a manifest.
    package init(layers: [Layer], config: Layer?) {
        self.layers = layers
        self.config = config
    }

    private struct Content: Codable {
        struct Layer: Codable {
            let mediaType: String
            let digest: String
            let size: Int64
        }

        var schemaVersion: Int? = 2
        var mediaType: String? = "application/vnd.docker.distribution.manifest.v2+json"
        let config: Layer?
        let layers: [Layer]?
    }

    /// Reads a manifest; `nil` when it is not one, is beyond the limits, or has a digest that is none.
    ///
    /// - Parameter data: JSON; untrusted.
    package init?(_ data: Data) {
        guard data.count <= Self.mostBytes, let content = try? JSONDecoder().decode(Content.self, from: data), let layers = content.layers,
            layers.count <= Self.mostLayers
        else { return nil }
        let checked = layers.compactMap(Self.layer)
        guard checked.count == layers.count else { return nil }
        self.layers = checked
        config = content.config.flatMap(Self.layer)
    }

    private static func layer(_ layer: Content.Layer) -> Layer? {
        guard let digest = sha256(in: layer.digest), (0...largest).contains(layer.size) else { return nil }
        return Layer(kind: Kind.allCases.first { $0.mediaType == layer.mediaType }, sha256: digest, size: layer.size)
    }

    /// Parses a digest such as `sha256:…` or `sha256-…`, which becomes a part of a path.
    ///
    /// - Parameter text: The text; untrusted.
    /// - Returns: The 64 hexadecimal digits; `nil` for anything else.
    package static func sha256(in text: String) -> String? {
        guard text.hasPrefix("sha256:") || text.hasPrefix("sha256-"), case .sha256(let hex)? = ContentDigest(hex: String(text.dropFirst(7))) else {
            return nil
        }
        return hex
    }

    /// The manifest as Ollama writes it.
    package func encoded() throws -> Data {
        func content(_ layer: Layer) -> Content.Layer {
            Content.Layer(mediaType: layer.kind?.mediaType ?? "application/octet-stream", digest: "sha256:\(layer.sha256)", size: layer.size)
        }
        let config = config.map {
            Content.Layer(mediaType: "application/vnd.docker.container.image.v1+json", digest: "sha256:\($0.sha256)", size: $0.size)
        }
        return try JSONEncoder().encode(Content(config: config, layers: layers.map(content)))
    }

    /// The digests of all files.
    var digests: Set<String> { Set((layers + [config].compactMap(\.self)).map(\.sha256)) }

    /// The only layer of a kind; `nil` for none or several.
    package func only(_ kind: Kind) -> Layer? {
        let found = layers.filter { $0.kind == kind }
        return found.count == 1 ? found[0] : nil
    }
}
