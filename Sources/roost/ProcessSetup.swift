import Foundation
import RoostCore

/// The setup of a server process.
enum ProcessSetup {
    /// Returns the absolute path of this executable.
    ///
    /// - Returns: A path that does not depend on the working directory.
    /// - Throws: `RoostError` with code `unexpected` when the system does not provide it.
    static func ownExecutable() throws -> String {
        guard let path = Bundle.main.executablePath else {
            throw RoostError(.unexpected, "The system does not provide the path of the roost command; start it by its full path.")
        }
        return path
    }
}
