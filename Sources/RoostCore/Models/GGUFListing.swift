/// The GGUF files of a repository or a snapshot by kind: models, helpers of models, and incomplete files.
public struct GGUFListing: Sendable {
    /// A file that is not a model.
    public struct Other: Sendable, Hashable {
        /// The file, or its available parts.
        public let variant: GGUFVariant
        /// What is wrong with the file, as in `is empty`.
        public let state: String
        /// The kind of helper; `nil` for a file that is none, or not whole.
        public let helper: ModelHelper?
    }

    /// The models that an engine can load; among equals, the preferred one first.
    public private(set) var models: [GGUFVariant] = []
    /// The files that are not models, by name.
    public private(set) var others: [Other] = []
    /// The models whose names are ambiguous, with the kind of helper that the name suggests.
    private var doubts: [GGUFVariant: ModelHelper?] = [:]

    /// Sorts files by kind.
    ///
    /// - Parameter files: All files of a repository or snapshot with their sizes in bytes; `nil` for an unknown size.
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
            others.append(Other(variant: variant, state: "is \(suspicion.helper)", helper: fault == nil ? suspicion.helper : nil))
        } else if let fault {
            others.append(Other(variant: variant, state: fault, helper: nil))
        } else {
            models.append(variant)
            if suspicion != nil || variant.quantization == nil { doubts.updateValue(suspicion?.helper, forKey: variant) }
        }
    }

    /// Sorts files without sizes by kind.
    ///
    /// - Parameter paths: All files of a repository or snapshot.
    public init(_ paths: some Sequence<RepositoryFilePath>) { self.init(paths.map { (path: $0, size: nil) }) }

    /// The models by label, in lower case.
    private var twins: [String: [GGUFVariant]] { Dictionary(grouping: models) { $0.label?.lowercased() ?? "" } }

    /// Returns the models whose heads have to be read before one is chosen: the chosen one and those with the same
    /// name.
    ///
    /// - Parameter variant: The model that is to be chosen.
    /// - Returns: The models whose names are ambiguous; none when all names are clear.
    public func unclear(like variant: GGUFVariant) -> [GGUFVariant] {
        guard doubts[variant] != nil else { return [] }
        return (twins[variant.label?.lowercased() ?? ""] ?? []).filter { doubts[$0] != nil }
    }

    /// Records the content of a file's head.
    ///
    /// - Parameters:
    ///   - variant: One of the models.
    ///   - head: Its head; `nil` when it cannot be read or names nothing: then the file name decides.
    public mutating func settle(_ variant: GGUFVariant, _ head: GGUFHead?) {
        guard let suspicion = doubts.removeValue(forKey: variant) else { return }
        guard let helper = head?.isTelling == true ? head?.helper : suspicion else { return }
        models.removeAll { $0 == variant }
        others.append(Other(variant: variant, state: "is \(helper)", helper: helper))
    }

    /// Records the heads of all ambiguous models.
    ///
    /// - Parameter head: Reads the head of a model's first file.
    public mutating func settle(_ head: (RepositoryFilePath) -> GGUFHead?) {
        for variant in models where doubts[variant] != nil { settle(variant, head(variant.files[0])) }
    }

    /// Returns the name of a model: its label where that is unique, otherwise its path.
    ///
    /// - Parameters:
    ///   - variant: One of the models.
    ///   - repository: Its repository.
    /// - Returns: A name that no other file has.
    public func reference(to variant: GGUFVariant, of repository: RepositoryID) -> ModelReference {
        guard let label = variant.label else {
            return ModelReference(repository: repository, variant: models.count == 1 ? nil : VariantName(parsing: variant.name))
        }
        let isAlone = twins[label.lowercased()]?.count ?? 0 <= 1
        return ModelReference(repository: repository, variant: VariantName(parsing: isAlone ? label : variant.name))
    }

    /// The names of the models, for messages.
    public var names: [String] {
        let twins = twins
        return models.map { model in model.label.flatMap { twins[$0.lowercased()]?.count == 1 ? $0 : nil } ?? model.name }.sorted()
    }

    /// Returns the models that match a name.
    ///
    /// - Parameter name: The requested name.
    /// - Returns: The best matches, the preferred one first, several when the name is ambiguous; and the other matches.
    public func models(named name: VariantName) -> (best: [GGUFVariant], rest: [GGUFVariant]) { Self.matches(name, models) }

    /// Returns the files that match a name and are not models.
    ///
    /// - Parameter name: The requested name.
    /// - Returns: The best matches.
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
    /// The name of a split model with its number of parts.
    private struct SplitFile: Hashable {
        let base: String
        let count: Int

        /// Returns why the parts are not a whole model; `nil` when they are.
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

    /// A few sentences for the user about the files that are not models; `nil` when there are none.
    public var explanation: String? { Self.explanation(others) }

    static func explanation(_ others: [Other]) -> String? {
        guard !others.isEmpty else { return nil }
        let shown = others.prefix(4).map { "\($0.variant.fileName.quotedForPeople) \($0.state)" }
        return shown.joined(separator: "; ") + (others.count > 4 ? "; and \(others.count - 4) more" : "")
    }
}

extension GGUFVariant {
    /// The path of the file, or the common part of its parts' paths.
    fileprivate var fileName: String { files.count == 1 && GGUFFileName(files[0].description)?.part == nil ? files[0].description : name }
}
