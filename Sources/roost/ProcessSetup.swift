import Foundation
import RoostCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a server process arranges about itself.
enum ProcessSetup {
    /// Files and sockets made from now on are the owner's alone. The Hub cache sets its own modes, as huggingface_hub does.
    static func keepFilesPrivate() { umask(0o077) }

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
