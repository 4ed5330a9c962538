import Hummingbird
package import RoostCore

/// The parameters of `roost models rm`.
package struct ModelRemoval: Sendable, Hashable {
    /// The model.
    package var selector: ModelSelector
    /// Whether to remove only the rests of unfinished downloads.
    package var onlyPartials: Bool
    /// Whether to unload a model, or cancel its pull, and then remove it.
    package var isForced: Bool
    /// Whether to remove nothing.
    package var isDryRun: Bool

    /// Creates a request.
    package init(_ selector: ModelSelector, onlyPartials: Bool = false, isForced: Bool = false, isDryRun: Bool = false) {
        self.selector = selector
        self.onlyPartials = onlyPartials
        self.isForced = isForced
        self.isDryRun = isDryRun
    }

    init(_ selector: ModelSelector, query: QueryFields) throws {
        self.init(
            selector, onlyPartials: try query.bool("partials"), isForced: try query.bool("force"), isDryRun: try query.bool("dry_run"))
    }
}

extension QueryFields {
    /// Returns a Boolean parameter, `false` when it is missing.
    func bool(_ name: String) throws -> Bool {
        switch text(name) {
        case nil, "false": false
        case "true": true
        default: throw wrong(name, "must be true or false")
        }
    }
}
