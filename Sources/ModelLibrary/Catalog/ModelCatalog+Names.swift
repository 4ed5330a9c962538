import RoostAPI
package import RoostCore

extension ModelCatalog {
    /// Returns a selection with the name that its repository has on this machine: as it was typed, in another case of its letters, or
    /// with the organisation that was left out.
    ///
    /// - Parameters:
    ///   - typed: The selection, as it was typed.
    ///   - followsAliases: Whether an alias stands for its model.
    /// - Returns: The selection.
    /// - Throws: `RoostError` with code `modelNotFound` when there is no such repository, `ambiguousModel` when there are several; `fileSystem`.
    package func named(_ typed: ModelSelector, followsAliases: Bool) throws -> ModelSelector {
        let all = try repositories()
        if all.contains(typed.repository) { return typed }
        if followsAliases, let alias = try aliases?.alias(named: typed.model), alias.model != typed.model {
            return try named(ModelSelector(alias.model, revision: typed.revision), followsAliases: false)
        }
        guard let repository = try only(all.filter { typed.repository.means($0) }, for: typed.model) else {
            throw RoostError(
                .modelNotFound, "\(typed) is not on this machine.\(question(typed.model)) `roost list` shows all models.", field: "model")
        }
        return ModelSelector(repository: repository, variant: typed.variant, revision: typed.revision)
    }

    /// Returns the model of an Ollama store that a selection means.
    ///
    /// - Parameters:
    ///   - typed: The selection, as it was typed.
    ///   - followsAliases: Whether an alias stands for its model.
    /// - Returns: `nil` when the selection means a model of the Hub cache, or none.
    package func ollamaEntry(for typed: ModelSelector, followsAliases: Bool) -> ModelEntry? {
        guard typed.revision == nil else { return nil }
        let entry = try? followsAliases ? entry(for: typed.model) : ownEntry(for: typed.model)
        return entry?.origin == .ollama ? entry : nil
    }

    /// Returns the only one of several repositories that a name means.
    ///
    /// - Returns: `nil` for none.
    /// - Throws: `RoostError` with code `ambiguousModel` for several.
    func only(_ matching: [RepositoryID], for typed: ModelReference) throws -> RepositoryID? {
        guard matching.count <= 1 else {
            let names = matching.map(\.description).sorted().prefix(8).joined(separator: ", ")
            throw RoostError(
                .ambiguousModel, "\(typed) could mean \(names). Name one of them, or give it an alias with `roost alias set`.", field: "model")
        }
        return matching.first
    }

    /// Returns ` Did you mean …?` with the models and aliases that are called nearly so; empty without any.
    func question(_ typed: ModelReference) -> String {
        // Only a help: without the list there is no question.
        let repositories = (try? repositories()) ?? []
        let models = repositories.map { (name: $0.description, texts: $0.texts) }
        let others = ((try? aliases?.all()) ?? []).map { (name: $0.name.description, texts: [$0.name.description]) }
        let names = models.sorted { $0.name < $1.name } + others
        let near = NearNames.nearest(to: typed.repository.description, among: names)
        // The right name of another organisation.
        return NearNames.question(near.isEmpty ? NearNames.nearest(to: typed.repository.name, among: names) : near)
    }
}

extension RepositoryID {
    /// Whether a person who typed this name means another repository: one that differs in the case of letters only, or one of this name
    /// in any organisation, with or without `-GGUF` at its end.
    func means(_ other: RepositoryID) -> Bool {
        guard namespace == nil else { return description.lowercased() == other.description.lowercased() }
        let name = name.lowercased()
        return [name, "\(name)-gguf"].contains(other.name.lowercased())
    }

    /// The texts under which a person may look for the repository.
    fileprivate var texts: [String] {
        let short = name.lowercased().hasSuffix("-gguf") ? [String(name.dropLast("-gguf".count))] : []
        return [description, name] + short + short.compactMap { short in namespace.map { "\($0)/\(short)" } }
    }
}
