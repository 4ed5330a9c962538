import HTTPTypes
import Hummingbird

/// The methods of each path of the API, for answers that the router does not give: 405 and `Allow`.
struct RouteTable: Sendable {
    private let paths: [(path: RouterPath, methods: [String])]

    /// Creates the table.
    ///
    /// - Parameter router: The router with all its routes.
    init(_ router: Router<RoostContext>) {
        let byPath = Dictionary(grouping: router.routes) { $0.path.description }
        paths = byPath.values.map { routes in
            let given = Set(routes.map(\.method.rawValue))
            // `GET` implies `HEAD`, and `OPTIONS` works on every path.
            return (routes[0].path, given.union(["OPTIONS"]).union(given.contains("GET") ? ["HEAD"] : []).sorted())
        }
    }

    /// Returns the methods of a path.
    ///
    /// - Parameter path: The path of a request without the query; empty segments are ignored, as in the router.
    /// - Returns: The methods in alphabetical order; `nil` for an unknown path.
    func methods(of path: String) -> [String]? {
        let segments = path.split(separator: "/")
        // As in the router, a literal segment has precedence over a parameter.
        let best = paths.lazy.compactMap { route in
            Self.exactness(of: route.path, segments).map { (exactness: $0, methods: route.methods) }
        }.max { $0.exactness < $1.exactness }
        return best?.methods
    }

    /// The number of literal segments of a route; `nil` when it does not match this path.
    private static func exactness(of path: RouterPath, _ segments: [Substring]) -> Int? {
        guard path.components.count == segments.count, zip(path.components, segments).allSatisfy({ $0 ~= $1 }) else { return nil }
        return zip(path.components, segments).count { $0 == $1 }
    }
}

extension Request {
    /// The path in the router's form: without empty segments.
    var routePath: String { "/" + uri.path.split(separator: "/").joined(separator: "/") }
}
