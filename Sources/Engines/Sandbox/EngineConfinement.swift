import RoostCore
package import SystemPackage

/// Whether the kernel limits what engines may use on this machine.
package enum EngineConfinement: Sendable, Hashable {
    /// Landlock, with the version of the kernel's interface, 1 or more.
    case landlock(version: Int)
    /// The setting `unconfined_engines` turns it off.
    case turnedOff
    /// The kernel refuses Landlock with this error.
    case refused(Errno)
    /// The system has no supported interface for it.
    case noInterface

    /// Returns the confinement of engines on this machine.
    ///
    /// - Parameter isTurnedOff: Whether the setting `unconfined_engines` is true.
    /// - Returns: The confinement, or why there is none.
    package static func ofThisMachine(isTurnedOff: Bool) -> EngineConfinement {
        if isTurnedOff { return .turnedOff }
        #if os(Linux)
            return switch Landlock.support {
            case .success(let version): .landlock(version: version)
            case .failure(let error): .refused(error)
            }
        #else
            return .noInterface
        #endif
    }

    /// Whether engines are confined.
    package var isActive: Bool {
        if case .landlock = self { true } else { false }
    }

    /// What engines may use, and why.
    package var description: String {
        switch self {
        case .landlock(let version):
            let connections = version >= 4 ? "and open no TCP connection" : "but may open TCP connections, which Linux limits since 6.7"
            return "active (Landlock, version \(version)): engines use the system's files and their model, \(connections)"
        case .turnedOff: return "off, because unconfined_engines is set; \(Self.consequence)"
        case .refused(.noFunction): return "off, because this kernel has no Landlock, which Linux has since 5.13; \(Self.consequence)"
        case .refused(.notSupported), .refused(.notSupportedOnSocket):
            return "off, because the kernel was started without Landlock (add it to the `lsm=` of the kernel's command line); \(Self.consequence)"
        case .refused(let error):
            return "off, because the kernel refuses Landlock: \(error). A container may need a rule that allows it; \(Self.consequence)"
        case .noInterface: return "off, because this system has no supported interface for it; \(Self.consequence)"
        }
    }

    private static let consequence = "engines may use all files of this user"
}
