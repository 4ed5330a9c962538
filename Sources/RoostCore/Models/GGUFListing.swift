/// The GGUF files of a repository or a snapshot, by what they are: models, helpers of models, and what is no whole file.
public struct GGUFListing: Sendable {
    /// A file that is no model.
    public struct Other: Sendable, Hashable {
        /// The file, or those of its parts that are there.
        public let variant: GGUFVariant
        /// What is the matter with it, as in `is empty`.
        public let state: String
    }

    /// What may be given to an engine, the preferred first among equals.
    public private(set) var models: [GGUFVariant] = []
    /// What is no model, by name.
    public private(set) var others: [Other] = []
    /// Models whose names leave open whether they are one: what they are else, where the name hints at something.
    private var doubts: [GGUFVariant: ModelHelper?] = [:]

    /// Sorts files.
    ///
    /// - Parameter files: All files of a repository or snapshot with their sizes in bytes; `nil` where that is not known.
    public init(_ files: some Sequence<(path: RepositoryFilePath, size: Int64?)>) {
        var splits: [SplitFile: [(index: Int, path: RepositoryFilePath, isEmpty: Bool)]] = [:]
        for (path, size) in files {
            guard let name = GGUFFileName(path.description) else { continue }
            if let part = name.part {
                splits[SplitFile(base: name.base, count: part.count), default: []].append((part.index, path, size == 0))
            } else {
                add(GGUFVariant(name: name.base, files: [path]), fault: size == 0 ? "is empty" : nil)
            }
        }
        for (split, parts) in splits {
            let parts = parts.sorted { ($0.index, $0.path.description) < ($1.index, $1.path.description) }
            add(GGUFVariant(name: split.base, files: parts.map(\.path)), fault: split.fault(parts.map { ($0.index, $0.isEmpty) }))
        }
        models.sort { $0.precedes($1) }
        others.sort { $0.variant.name < $1.variant.name }
        for group in twins.values where group.count > 1 {
            for variant in group where doubts[variant] == nil { doubts.updateValue(nil, forKey: variant) }
        }
    }

    private mutating func add(_ variant: GGUFVariant, fault: String?) {
        let suspicion = ModelHelper.suspicion(variant.name, hasQuantization: variant.quantization != nil)
        if let suspicion, suspicion.isCertain {
            others.append(Other(variant: variant, state: "is \(suspicion.helper)"))
        } else if let fault {
            others.append(Other(variant: variant, state: fault))
        } else {
            models.append(variant)
            if suspicion != nil || variant.quantization == nil { doubts.updateValue(suspicion?.helper, forKey: variant) }
        }
    }

    /// Files without sizes.
    ///
    /// - Parameter paths: All files of a repository or snapshot.
    public init(_ paths: some Sequence<RepositoryFilePath>) { self.init(paths.map { (path: $0, size: nil) }) }

    /// The models of one label, by that.
    private var twins: [String: [GGUFVariant]] { Dictionary(grouping: models) { $0.label?.lowercased() ?? "" } }

    /// The models among which a look into the heads has to decide before one of them is taken for one: itself, and those that are called the same.
    ///
    /// - Parameter variant: The model that is to be taken.
    /// - Returns: Those whose names leave open what they are; none when all is clear.
    public func unclear(like variant: GGUFVariant) -> [GGUFVariant] {
        guard doubts[variant] != nil else { return [] }
        return (twins[variant.label?.lowercased() ?? ""] ?? []).filter { doubts[$0] != nil }
    }

    /// Takes note of what a file's head says.
    ///
    /// - Parameters:
    ///   - variant: One of the models.
    ///   - head: Its head; `nil` when it cannot be read or says nothing: then its name decides after all.
    public mutating func settle(_ variant: GGUFVariant, _ head: GGUFHead?) {
        guard let suspicion = doubts.removeValue(forKey: variant) else { return }
        guard let helper = head?.isTelling == true ? head?.helper : suspicion else { return }
        models.removeAll { $0 == variant }
        others.append(Other(variant: variant, state: "is \(helper)"))
    }

    /// Takes note of all heads.
    ///
    /// - Parameter head: Reads the head of a model's first file.
    public mutating func settle(_ head: (RepositoryFilePath) -> GGUFHead?) {
        for variant in models where doubts[variant] != nil { settle(variant, head(variant.files[0])) }
    }

    /// What a model is called: by its label, where that means only this one, else by its path.
    ///
    /// - Parameters:
    ///   - variant: One of the models.
    ///   - repository: Whose it is.
    /// - Returns: Its name, which means no other file.
    public func reference(to variant: GGUFVariant, of repository: RepositoryID) -> ModelReference {
        guard let label = variant.label else {
            return ModelReference(repository: repository, variant: models.count == 1 ? nil : VariantName(parsing: variant.name))
        }
        let isAlone = twins[label.lowercased()]?.count ?? 0 <= 1
        return ModelReference(repository: repository, variant: VariantName(parsing: isAlone ? label : variant.name))
    }

    /// What a person may call the models, for messages.
    public var names: [String] {
        let twins = twins
        return models.map { model in model.label.flatMap { twins[$0.lowercased()]?.count == 1 ? $0 : nil } ?? model.name }.sorted()
    }

    /// The models that a name means, and those that it might have meant.
    ///
    /// - Parameter name: What was asked for.
    /// - Returns: The best, the preferred first: several when the name tells them not apart. The rest fits less well.
    public func models(named name: VariantName) -> (best: [GGUFVariant], rest: [GGUFVariant]) { Self.matches(name, models) }

    /// What is no model and fits a name.
    ///
    /// - Parameter name: What was asked for.
    /// - Returns: The best.
    public func others(named name: VariantName) -> [Other] {
        let best = Self.matches(name, others.map(\.variant)).best
        return others.filter { best.contains($0.variant) }
    }

    private static func matches(_ name: VariantName, _ variants: [GGUFVariant]) -> (best: [GGUFVariant], rest: [GGUFVariant]) {
        let fitting = variants.compactMap { variant in variant.distance(to: name).map { (variant, $0) } }
        let least = fitting.map(\.1).min()
        return (fitting.filter { $0.1 == least }.map(\.0), fitting.filter { $0.1 != least }.map(\.0))
    }
}

extension GGUFListing {
    /// A model whose files say that they are so many parts.
    private struct SplitFile: Hashable {
        let base: String
        let count: Int

        /// What keeps the parts from being a whole model; `nil` when nothing does.
        func fault(_ parts: [(index: Int, isEmpty: Bool)]) -> String? {
            let present = Set(parts.map(\.index))
            let missing = (1...count).filter { !present.contains($0) }
            let empty = parts.filter(\.isEmpty).map(\.index)
            if !missing.isEmpty { return "is split into \(count) parts, and \(Self.list(missing)) missing" }
            if !empty.isEmpty { return "is split into \(count) parts, and \(Self.list(empty)) empty" }
            return parts.count == count ? nil : "is split into \(count) parts, and has parts that are none of these"
        }

        private static func list(_ parts: [Int]) -> String {
            guard parts.count > 1 else { return "part \(parts[0]) is" }
            let shown = parts.prefix(8).map(String.init).joined(separator: ", ")
            return "parts \(shown)\(parts.count > 8 ? " and \(parts.count - 8) more" : "") are"
        }
    }

    /// What is there that is no model: a few sentences for a person, or `nil` when there is nothing such.
    public var explanation: String? { Self.explanation(others) }

    static func explanation(_ others: [Other]) -> String? {
        guard !others.isEmpty else { return nil }
        let shown = others.prefix(4).map { "\($0.variant.fileName.quotedForPeople) \($0.state)" }
        return shown.joined(separator: "; ") + (others.count > 4 ? "; and \(others.count - 4) more" : "")
    }
}

extension GGUFVariant {
    /// The file's path, or what the paths of its parts have in common.
    fileprivate var fileName: String { files.count == 1 && GGUFFileName(files[0].description)?.part == nil ? files[0].description : name }
}
