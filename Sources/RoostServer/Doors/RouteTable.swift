import HTTPTypes
import Hummingbird

/// Knows which methods each path of the API has, for the answers that the router does not give: 405 and `Allow`.
struct RouteTable: Sendable {
    private let paths: [(path: RouterPath, methods: [String])]

    /// Makes the table.
    ///
    /// - Parameter router: Has all its routes.
    init(_ router: Router<RoostContext>) {
        let byPath = Dictionary(grouping: router.routes) { $0.path.description }
        paths = byPath.values.map { routes in
            let given = Set(routes.map(\.method.rawValue))
            // What can be got has a head, and each path says what it has.
            return (routes[0].path, given.union(["OPTIONS"]).union(given.contains("GET") ? ["HEAD"] : []).sorted())
        }
    }

    /// The methods of a path.
    ///
    /// - Parameter path: As it came, without the query; empty segments do not count, as for the router.
    /// - Returns: In alphabetical order; `nil` when nothing is there.
    func methods(of path: String) -> [String]? {
        let segments = path.split(separator: "/")
        // As the router: a word that is written out goes before a parameter.
        let best = paths.lazy.compactMap { route in
            Self.exactness(of: route.path, segments).map { (exactness: $0, methods: route.methods) }
        }.max { $0.exactness < $1.exactness }
        return best?.methods
    }

    /// How many segments a route writes out; `nil` when it is not the one of this path.
    private static func exactness(of path: RouterPath, _ segments: [Substring]) -> Int? {
        guard path.components.count == segments.count, zip(path.components, segments).allSatisfy({ $0 ~= $1 }) else { return nil }
        return zip(path.components, segments).count { $0 == $1 }
    }
}

extension Request {
    /// The path as the router sees it: without empty segments.
    var routePath: String { "/" + uri.path.split(separator: "/").joined(separator: "/") }
}
