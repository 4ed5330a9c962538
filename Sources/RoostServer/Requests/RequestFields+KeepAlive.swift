import ModelFormats
import RoostCore

extension RequestFields {
    /// Returns the optional time that a model stays in memory, as a text or a number of seconds.
    func optionalKeepAlive() throws -> KeepAlive? {
        guard let value = value("keep_alive") else { return nil }
        let time = value.string.map { KeepAlive(parsing: $0) } ?? value.double.map { KeepAlive(seconds: $0) }
        guard let time, let time else {
            throw refusal(of: "keep_alive", "must be \(KeepAlive.allowed); it is \(value.describedForPeople).")
        }
        return time
    }
}
