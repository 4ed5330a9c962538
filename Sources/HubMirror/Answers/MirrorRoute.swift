import Foundation
import HTTPTypes
import RoostCore

/// The route of a request.
///
/// The raw path is parsed: a revision may contain `%2F`, so it is decoded only after the path was split at `tree`,
/// `resolve` and so on.
enum MirrorRoute: Sendable, Hashable {
    case whoAmI
    case repositoryInfo(RepositoryID, revision: String)
    case tree(RepositoryID, revision: String, folder: String)
    case pathsInfo(RepositoryID, revision: String)
    case references(RepositoryID)
    case commits(RepositoryID, revision: String)
    case accessCheck(RepositoryID, toWrite: Bool)
    case file(RepositoryID, revision: String, path: String)

    /// Parses a path; `nil` for an unknown route.
    ///
    /// - Parameter rawPath: The path of the request, without the query. Slashes at its start and end are ignored.
    init?(rawPath: String) {
        var segments = Array(rawPath.split(separator: "/", omittingEmptySubsequences: false).map(String.init).drop { $0.isEmpty })
        while segments.last?.isEmpty == true { segments.removeLast() }
        let route: MirrorRoute? =
            if segments.first == "api", segments.count > 1, let kind = RepositoryKind(rawValue: segments[1]) {
                Self.metadata(Array(segments.dropFirst(2)), kind)
            } else if segments == ["api", "whoami-v2"] {
                .whoAmI
            } else {
                Self.file(segments)
            }
        guard let route else { return nil }
        self = route
    }

    /// The methods of the route.
    var methods: [HTTPRequest.Method] {
        if case .pathsInfo = self { [.options, .post] } else { [.get, .head, .options] }
    }

    private static func metadata(_ segments: [String], _ kind: RepositoryKind) -> MirrorRoute? {
        guard let (id, marker, rest) = split(segments, kind, at: ["revision", "tree", "paths-info", "refs", "commits", "auth-check"]) else {
            return (try? RepositoryID(parsing: segments.joined(separator: "/"), kind: kind)).map { .repositoryInfo($0, revision: "main") }
        }
        if marker == "refs" { return rest.isEmpty ? .references(id) : nil }
        if marker == "auth-check" { return rest.isEmpty || rest == ["write"] ? .accessCheck(id, toWrite: !rest.isEmpty) : nil }
        guard let revision = rest.first?.removingPercentEncoding, !revision.isEmpty,
            let path = rest.dropFirst().joined(separator: "/").removingPercentEncoding
        else { return nil }
        switch marker {
        case "tree": return .tree(id, revision: revision, folder: path)
        case "commits": return path.isEmpty ? .commits(id, revision: revision) : nil
        case "revision": return path.isEmpty ? .repositoryInfo(id, revision: revision) : nil
        default: return path.isEmpty ? .pathsInfo(id, revision: revision) : nil
        }
    }

    private static func file(_ segments: [String]) -> MirrorRoute? {
        let kind = segments.first.flatMap(RepositoryKind.init) ?? .model
        let named = kind == .model ? segments : Array(segments.dropFirst())
        // Kinds that are not served here; their paths would otherwise be models of an organisation called `kernels`.
        guard let first = segments.first, !["api", "models", "kernels"].contains(first),
            let (id, _, rest) = split(named, kind, at: ["resolve"]), let revision = rest.first?.removingPercentEncoding, !revision.isEmpty,
            let path = rest.dropFirst().joined(separator: "/").removingPercentEncoding, !path.isEmpty
        else { return nil }
        return .file(id, revision: revision, path: path)
    }

    /// Splits a path at the marker after a repository name of two segments, or else of one segment.
    private static func split(_ segments: [String], _ kind: RepositoryKind, at markers: Set<String>) -> (RepositoryID, String, [String])? {
        for width in [2, 1] where segments.count > width && markers.contains(segments[width]) {
            guard let id = try? RepositoryID(parsing: segments[..<width].joined(separator: "/"), kind: kind) else { continue }
            return (id, segments[width], Array(segments[(width + 1)...]))
        }
        return nil
    }
}
