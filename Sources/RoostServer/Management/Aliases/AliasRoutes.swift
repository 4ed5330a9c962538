import Foundation
import HTTPServing
import Hummingbird
import RoostAPI
import RoostCore

/// `/aliases`: other names for models, with presets.
struct AliasRoutes: Sendable {
    let aliases: ModelAliases

    func add(to router: Router<RoostContext>) {
        let group = router.group("aliases")
        group.get { _, context in
            let all = try await aliases.all()
            return JSON.response(all.filter { context.caller.permits($0.model) })
        }
        group.put(":first", use: set)
        group.put(":first/:second", use: set)
        group.put(":first/:second/**", use: set)
        group.delete(":first", use: remove)
        group.delete(":first/:second", use: remove)
        group.delete(":first/:second/**", use: remove)
    }

    private func set(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let name = try name(context)
        let alias = try await request.readFields(upTo: context.maxUploadSize) { fields in
            ModelAlias(
                name: name, model: try ModelReference(parsing: fields.string("model", maxBytes: ModelReference.byteLimit)),
                preset: try ModelPreset(fields))
        }
        return JSON.response(try await aliases.set(alias))
    }

    private func remove(_ request: Request, context: RoostContext) async throws -> Response {
        let name = try name(context)
        guard try await aliases.remove(name) != nil else {
            throw RoostError(.notFound, "There is no alias \(name); GET /aliases lists those that there are.", field: "name")
        }
        return Response(status: .noContent)
    }

    /// Returns the name in the path after `/aliases/`, with encoded slashes or not.
    private func name(_ context: RoostContext) throws -> ModelReference {
        let parts =
            try [context.parameters.require("first")] + [context.parameters.get("second")].compactMap(\.self)
            + context.parameters.getCatchAll().map(String.init)
        return try ModelReference(aliasName: parts.map { $0.removingPercentEncoding ?? $0 }.joined(separator: "/"))
    }
}

extension ModelReference {
    /// Parses the name of an alias.
    fileprivate init(aliasName text: String) throws {
        guard text.utf8.count <= Self.byteLimit else {
            throw RoostError(.invalidRequest, "`name` may have at most \(Self.byteLimit) bytes.", field: "name")
        }
        do {
            try self.init(parsing: text)
        } catch let error as RoostError {
            throw RoostError(error.code, error.message.replacing("`model`", with: "`name`"), field: "name", cause: error)
        }
    }
}
