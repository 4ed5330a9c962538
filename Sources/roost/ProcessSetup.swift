import Foundation
import RoostCore

/// What a server process arranges about itself.
enum ProcessSetup {
    /// The absolute path of this executable.
    ///
    /// - Returns: A path that does not depend on the working directory.
    /// - Throws: `RoostError` with code `unexpected` when the system does not tell.
    static func ownExecutable() throws -> String {
        guard let path = Bundle.main.executablePath else {
            throw RoostError(.unexpected, "The system does not tell where the roost command is; start it by its full path.")
        }
        return path
    }
}
