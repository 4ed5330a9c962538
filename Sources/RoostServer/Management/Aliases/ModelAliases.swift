import Foundation
import ModelFormats
import ModelLibrary
import RoostAPI
import RoostCore

/// Lists and changes the other names of models.
struct ModelAliases: Sendable {
    let store: ModelStore

    /// Returns all aliases, by name.
    func all() async throws -> [ModelAlias] {
        try await store.onDisk { try store.catalog.aliases?.all() ?? [] }
    }

    /// Adds an alias, or replaces the one of the same name. One for an alias stands for that one's model, with its preset
    /// where this one says nothing.
    ///
    /// - Returns: The alias as it is stored.
    /// - Throws: `RoostError` with code `invalidRequest` for a parameter, `conflict` for the name of a model on this machine,
    ///   `tooLarge`, `fileSystem` or `insufficientSpace`.
    @discardableResult
    func set(_ alias: ModelAlias) async throws -> ModelAlias {
        AuditNote.about("\(alias.name) for \(alias.model)")
        _ = try ModelParameters(alias.preset)
        return try await store.onDisk {
            guard let aliases = store.catalog.aliases else { throw RoostError(.unexpected, "There is no store of aliases.") }
            var alias = alias
            if let target = try aliases.alias(named: alias.model), alias.model != alias.name {
                alias.model = target.model
                alias.preset = alias.preset.over(target.preset)
            }
            guard alias.model != alias.name else {
                throw RoostError(.invalidRequest, "An alias needs another name than its model, \(alias.model).", field: "name")
            }
            let name = alias.name.description.lowercased()
            let models = try store.catalog.entries().map(\.reference)
            // An alias is found in any case of its letters, and before a model.
            if let model = models.first(where: { [$0.description, $0.repository.description].contains { $0.lowercased() == name } }) {
                throw RoostError(
                    .conflict, "\(alias.name) is the name of a model on this machine, \(model). Choose another name for the alias.", field: "name")
            }
            try aliases.set(alias)
            return alias
        }
    }

    /// Removes an alias.
    ///
    /// - Returns: The alias; `nil` if there was none.
    func remove(_ name: ModelReference) async throws -> ModelAlias? {
        try await store.onDisk { try store.catalog.aliases?.remove(name) }
    }
}

extension ModelPreset.Value {
    /// Creates a value from one that was checked; `nil` for `null`.
    fileprivate init?(_ value: JSONValue) {
        if let flag = value.bool {
            self = .flag(flag)
        } else if let number = value.double {
            self = .number(number)
        } else if let text = value.string {
            self = .text(text)
        } else if let texts = value.elements {
            self = .texts(texts.compactMap(\.string))
        } else {
            return nil
        }
    }
}

extension ModelPreset {
    private static let mostText = 256 << 10
    private static let mostParameters = 64

    /// Reads the fields `system`, `template` and `parameters` of a body.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(_ fields: RequestFields) throws {
        self.init()
        if fields.value("system") != nil { system = try fields.string("system", maxBytes: Self.mostText) }
        if fields.value("template") != nil { template = try fields.string("template", maxBytes: Self.mostText) }
        guard fields.value("parameters") != nil else { return }
        let given = try fields.object("parameters")
        guard given.members.count <= Self.mostParameters else {
            throw fields.refusal(of: "parameters", "may have at most \(Self.mostParameters) parameters.")
        }
        // Each name and value is checked with its range.
        let checked = try ModelParameters(given)
        if let unknown = checked.unknown.first {
            throw fields.refusal(of: "parameters", "has no parameter \(unknown.quotedForPeople).")
        }
        var parameters: [String: Value] = [:]
        for (name, value) in given.members { parameters[name] = Value(value) }
        self.parameters = parameters.isEmpty ? nil : parameters
    }
}
