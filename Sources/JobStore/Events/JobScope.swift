/// The jobs whose events are asked for.
public enum JobScope: Sendable, Hashable {
    /// All jobs.
    case all
    /// The job with this id.
    case job(String)
    /// The jobs of this user.
    case user(String)
}
