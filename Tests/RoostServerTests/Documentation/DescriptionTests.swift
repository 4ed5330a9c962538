import Foundation
import HTTPTypes
import ModelFormats
import NIOHTTP1
import RoostCore
import TestSupport
import Testing

@testable import RoostServer

/// The description of the API says what there is, no more and no less.
@Suite struct DescriptionTests {
    /// An operation, such as `GET /jobs/{}`: a parameter has no name. The id of a model is one parameter in the description, and up
    /// to two with a rest in routes, because it has slashes; what follows it there is read by the route.
    private func form(_ method: String, _ path: String) -> String {
        var parts = path.split(separator: "/").map { $0.hasPrefix("{") || $0.hasPrefix(":") ? "{}" : String($0) }
        while let index = parts.indices.dropLast().first(where: { parts[$0] == "{}" && (parts[$0 + 1] == "{}" || parts[$0 + 1] == "**") }) {
            parts.remove(at: index + 1)
        }
        if method == "GET", parts == ["models", "{}", "fit"] { parts.removeLast() }
        return "\(method) /\(parts.joined(separator: "/"))"
    }

    private func registered() async throws -> Set<String> {
        Set(try await RouteScopesTests.routes().map { form($0.method.rawValue, $0.pattern) })
    }

    private func described() throws -> Set<String> {
        let root = try JSONDocument(Array(OpenAPIDescription.json.utf8)).root
        var operations: Set<String> = []
        for (path, item) in try #require(root["paths"]?.members) {
            for (method, operation) in try #require(item.members) where operation["operationId"] != nil {
                operations.insert(form(try #require(method.string).uppercased(), try #require(path.string)))
            }
        }
        return operations
    }

    @Test func `every route is described, and everything described has a route`() async throws {
        let (registered, described) = (try await registered(), try described())
        #expect(registered.count > 40)
        #expect(registered.subtracting(described).sorted() == [], "Describe these routes in Documentation/openapi.yaml, and run `make openapi`.")
        #expect(described.subtracting(registered).sorted() == [], "These are described, and have no route.")
    }

    @Test func `the server answers with the description that stands in the documentation`() async throws {
        try await RunningServer.run { server in
            let answer = try await server.send(.GET, "/openapi.json")
            #expect(answer.status == 200 && answer.headers.first(name: "content-type") == "application/json")
            let json = try answer.json()
            #expect(json["openapi"] as? String == "3.1.0")
            #expect((json["info"] as? [String: Any])?["version"] as? String == RoostVersion.current)
        }
        _ = try await PythonClient.schemathesis.run(Checkout.path("scripts/support/openapi.py"), ["--check"])
    }
}
