import Hummingbird
public import RoostCore

/// What `roost models rm` asks for.
public struct ModelRemoval: Sendable, Hashable {
    /// Which model.
    public var selector: ModelSelector
    /// Whether only what unfinished downloads left goes.
    public var onlyPartials: Bool
    /// Whether a model goes that is in memory or being pulled, after ending that.
    public var isForced: Bool
    /// Whether nothing is removed, only looked for.
    public var isDryRun: Bool

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - selector: Which model.
    ///   - onlyPartials: Whether only what unfinished downloads left goes.
    ///   - isForced: Whether a model goes that is in use.
    ///   - isDryRun: Whether nothing is removed.
    public init(_ selector: ModelSelector, onlyPartials: Bool = false, isForced: Bool = false, isDryRun: Bool = false) {
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
    /// A switch that is off when it is absent.
    func bool(_ name: String) throws -> Bool {
        switch text(name) {
        case nil, "false": false
        case "true": true
        default: throw wrong(name, "must be true or false")
        }
    }
}
