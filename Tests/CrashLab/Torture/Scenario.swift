import ArgumentParser

/// What is done to the store.
enum Scenario: String, ExpressibleByArgument, CaseIterable {
    /// Everything the queue can do, by several tasks at once.
    case mixed
    /// The file is opened (and so made or migrated), recovered and closed.
    case open
}
