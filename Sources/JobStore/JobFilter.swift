public import RoostCore

/// Which jobs a listing shows. Empty means all.
public struct JobFilter: Sendable, Hashable {
    /// Only jobs of this status.
    public var status: JobStatus?
    /// Only jobs of this model, spelt as it was asked for.
    public var model: String?
    /// At most so many; `nil` for all.
    public var limit: Int?

    /// Makes a filter.
    ///
    /// - Parameters:
    ///   - status: Only this status.
    ///   - model: Only this model.
    ///   - limit: At most so many; zero or more.
    public init(status: JobStatus? = nil, model: String? = nil, limit: Int? = nil) {
        self.status = status
        self.model = model
        self.limit = limit
    }
}
