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
}
