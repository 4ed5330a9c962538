#if os(Linux)
    import Foundation
    import SystemPackage

    /// Limits of this process and its children that the Linux kernel enforces, without privileges.
    ///
    /// Source: https://docs.kernel.org/userspace-api/landlock.html. Files are limited since Linux 5.13, TCP since 6.7,
    /// signals to other processes since 6.12. UDP is not limited.
    enum Landlock {
        /// The version of the kernel's interface; 0 without support.
        static var version: Int { (try? support.get()) ?? 0 }

        /// The version of the kernel's interface, or why there is none.
        static var support: Result<Int, Errno> {
            let version = call(Call.createRuleset, 0, 0, Flag.version)
            return version > 0 ? .success(version) : .failure(Errno(rawValue: errno))
        }

        /// Applies a sandbox to this process, permanently. Does nothing without the kernel's support.
        ///
        /// - Parameter sandbox: The files; missing ones are skipped.
        /// - Throws: `Errno` if the kernel supports it and it fails. The process must then not go on.
        static func restrict(to sandbox: EngineSandbox) throws(Errno) {
            let version = version
            guard version > 0 else { return }
            let ruleset = try makeRuleset(version)
            defer { close(ruleset) }
            let all = Access.files(version)
            for path in sandbox.readable { try allow(path, Access.reading & all, ruleset) }
            for path in sandbox.writable { try allow(path, all, ruleset) }
            if let folder = sandbox.sockets { try allow(folder, Access.makeSocket, ruleset) }
            try check(control(Control.noNewPrivileges, 1))
            try check(call(Call.restrictSelf, Int(ruleset), 0, 0))
        }

        private static func makeRuleset(_ version: Int) throws(Errno) -> Int32 {
            // Later versions of the kernel's structure are longer; older kernels refuse them.
            var attributes: [UInt64] = [Access.files(version), Access.tcp, Access.otherProcesses]
            let count = version >= 6 ? 3 : version >= 4 ? 2 : 1
            let result = attributes.withUnsafeMutableBytes { call(Call.createRuleset, Int(bitPattern: $0.baseAddress), count * 8, 0) }
            try check(result)
            return Int32(result)
        }

        private static func allow(_ path: FilePath, _ access: UInt64, _ ruleset: Int32) throws(Errno) {
            let descriptor = open(path.string, Flag.pathOnly | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            var facts = stat()
            try check(Int(fstat(descriptor, &facts)))
            let isFolder = facts.st_mode & S_IFMT == S_IFDIR
            // A packed C structure: 8 bytes of access, 4 of the descriptor.
            var rule = withUnsafeBytes(of: isFolder ? access : access & Access.ofFiles, Array.init) + withUnsafeBytes(of: descriptor, Array.init)
            let result = rule.withUnsafeMutableBytes { call(Call.addRule, Int(ruleset), 1, Int(bitPattern: $0.baseAddress)) }
            try check(result)
        }

        private static func check(_ result: Int) throws(Errno) {
            if result < 0 { throw Errno(rawValue: errno) }
        }
    }

    extension Landlock {
        private enum Call {
            static let createRuleset = 444
            static let addRule = 445
            static let restrictSelf = 446
        }

        private enum Flag {
            static let version = 1
            /// O_PATH of open(2), which Swift does not import.
            static let pathOnly: CInt = 0o10000000
        }

        private enum Control { static let noNewPrivileges: CInt = 38 }

        private enum Access {
            static let execute: UInt64 = 1 << 0
            static let writeFile: UInt64 = 1 << 1
            static let readFile: UInt64 = 1 << 2
            static let readFolder: UInt64 = 1 << 3
            static let makeSocket: UInt64 = 1 << 9
            static let truncate: UInt64 = 1 << 14
            static let controlDevice: UInt64 = 1 << 15

            static let reading = execute | readFile | readFolder
            /// What can be allowed for a file that is not a folder.
            static let ofFiles = execute | writeFile | readFile | truncate | controlDevice
            /// Listening and connecting.
            static let tcp: UInt64 = 0b11
            /// Abstract Unix sockets of, and signals to, processes outside the sandbox.
            static let otherProcesses: UInt64 = 0b11

            /// All access to files that a version limits.
            static func files(_ version: Int) -> UInt64 {
                let bits = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13
                return (1 << UInt64(bits)) - 1
            }
        }

        // Swift cannot import C functions with variable arguments, so these are looked up by name.

        private static func call(_ number: Int, _ first: Int, _ second: Int, _ third: Int) -> Int {
            typealias Function = @convention(c) (CLong, CLong, CLong, CLong, CLong) -> CLong
            guard let symbol = dlsym(nil, "syscall") else { return -1 }
            return unsafeBitCast(symbol, to: Function.self)(number, first, second, third, 0)
        }

        private static func control(_ option: CInt, _ value: CUnsignedLong) -> Int {
            typealias Function = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
            guard let symbol = dlsym(nil, "prctl") else { return -1 }
            return Int(unsafeBitCast(symbol, to: Function.self)(option, value, 0, 0, 0))
        }
    }
#endif
