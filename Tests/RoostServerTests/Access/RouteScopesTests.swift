import Access
import Foundation
import HTTPTypes
import HubClient
import Hummingbird
import JobStoreSQLite
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

@Suite struct RouteScopesTests {
    /// All routes of a server, as its router has them.
    static func routes() async throws -> [(method: HTTPRequest.Method, pattern: String)] {
        try await withTemporaryDirectory { directory in
            let environment = ["HF_HOME": directory.string, "HOME": directory.string]
            let hub = try HubConfiguration(environment: environment)
            let store = try KeyStore(path: directory.appending("keys.db"))
            let database = try JobDatabase(path: directory.appending("jobs.db").string, logger: .silent)
            let client = HubClient(configuration: hub, logger: .silent)
            let parts = ServerParts(
                configuration: .init(settings: ServerSettings(home: directory), environment: environment, guardCommand: []), database: database,
                keys: try KeyKeeper(store: store, logger: .silent), accounts: try KeyAccounts(store: store, logger: .silent), keyStore: store,
                hub: client, hubConfiguration: hub, socketDirectory: directory, logger: .silent)
            let routes = parts.router().router.routes.map { ($0.method, $0.path.description) }
            try await client.shutdown()
            try database.close()
            try store.close()
            return routes
        }
    }

    @Test func `every route has a line in the table of scopes`() async throws {
        let routes = try await Self.routes()
        #expect(routes.count > 40)
        for route in routes {
            #expect(RouteScopes.need(of: route.method, route.pattern) != nil, "\(route.method) \(route.pattern): add it to RouteScopes.swift")
        }
        let known = Set(routes.map { "\($0.method == .head ? .get : $0.method) \($0.pattern.replacing(/\{\w+\}/, with: "{}"))" })
        #expect(Set(RouteScopes.table.keys).subtracting(known) == [], "RouteScopes.swift has lines of no route")
        let open = routes.filter { RouteScopes.need(of: $0.method, $0.pattern) == .nothing }.map(\.pattern)
        #expect(Set(open) == ["/health", "/", "/page/me", "/page/login", "/page/logout", "/page/{version}/{file}"])
    }

    @Test func `a route without a line is refused to every key`() throws {
        #expect(RouteScopes.need(of: .post, "/new") == nil && RouteScopes.need(of: .post, "/health") == nil)
        let admin = try Self.caller([.admin])
        let error = #expect(throws: RoostError.self) { try ScopeMiddleware.check(.post, "/new", for: admin) }
        #expect(error?.code == .forbidden)
        try ScopeMiddleware.check(.post, "/new", for: .local)
        #expect(throws: RoostError.self) { try ScopeMiddleware.check(.post, "/new", for: .unseen) }
    }

    @Test func `HEAD is like GET, and a parameter has any name`() {
        #expect(RouteScopes.need(of: .head, "/jobs/{job}") == .scope([.pull, .read]))
        #expect(RouteScopes.need(of: .get, "/jobs/{id}") == .scope([.pull, .read]))
        #expect(RouteScopes.need(of: .head, "/health") == .nothing)
    }

    private static func caller(_ scopes: Set<KeyScope>) throws -> Caller {
        let directory = try TemporaryDirectory()
        let store = try KeyStore(path: directory.path.appending("keys.db"))
        defer { withExtendedLifetime(directory) {} }
        let stored = try store.create(NewKey(name: "n", scopes: scopes)).stored
        try store.close()
        return .key(stored)
    }
}
