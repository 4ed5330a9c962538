import HubClient
import RoostCore

/// Which pulls fetch damaged and missing files again: of the exact commit, by the model that each file belongs to.
struct ModelRepairPlan {
    private(set) var pulls: [NewPull] = []
    private(set) var repairable: [VerifyReport.Finding] = []
    private(set) var unrepairable: [VerifyReport.Finding] = []

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - report: What is wrong.
    ///   - store: The models.
    /// - Throws: `RoostError` with code `fileSystem`.
    init(_ report: VerifyReport, in store: ModelStore) throws {
        let groups = Dictionary(grouping: report.findings) { Origin(model: $0.model, commit: $0.commit) }
        for (origin, findings) in groups.sorted(by: { ($0.key.model, $0.key.commit) < ($1.key.model, $1.key.commit) }) {
            try add(findings, of: origin, store)
        }
    }

    private struct Origin: Hashable {
        let model: String
        let commit: String
    }

    private mutating func add(_ findings: [VerifyReport.Finding], of origin: Origin, _ store: ModelStore) throws {
        let repository = try RepositoryID(parsing: origin.model)
        let detail = try store.cache.detail(of: ModelSelector(repository: repository, revision: origin.commit), receipts: store.receipts, models: [])
        let files = detail.revisions.flatMap(\.files).compactMap { try? RepositoryFilePath(parsing: $0.path) }
        let variants = GGUFVariant.variants(in: files)
        var wanted: Set<ModelReference> = []
        for finding in findings {
            let variant =
                variants.first { $0.files.contains { $0.description == finding.path } } ?? (Self.isCompanion(finding.path) ? variants.first : nil)
            guard let variant else {
                unrepairable.append(finding)
                continue
            }
            repairable.append(finding)
            wanted.insert(ModelReference(repository: repository, quantization: variant.quantization))
        }
        pulls += wanted.sorted { $0.description < $1.description }.map { model in
            var pull = NewPull(model: model)
            pull.revision = origin.commit
            return pull
        }
    }

    /// Whether every pull of a model in the repository fetches a file, too.
    private static func isCompanion(_ path: String) -> Bool {
        let name = (path.split(separator: "/").last ?? "").lowercased()
        return name.hasPrefix("license") || [".md", ".json", ".txt", ".jinja"].contains { name.hasSuffix($0) }
    }
}
