import Foundation
package import SystemPackage

/// The files that an engine may use. On Linux the kernel enforces it (see `Landlock`), together with a ban on TCP
/// connections; on macOS nothing enforces it.
///
/// An engine parses files and requests of strangers in C++. With these limits, an engine that is taken over can read the
/// system's libraries and its model, and nothing of the user's.
package struct EngineSandbox: Sendable, Hashable {
    /// Files and folders that the engine may read and execute.
    package var readable: [FilePath]
    /// Folders in which the engine may change everything.
    package var writable: [FilePath]
    /// The folder in which the engine may create sockets, and nothing else; `nil` for none.
    package var sockets: FilePath?

    /// Creates a sandbox.
    package init(readable: [FilePath], writable: [FilePath], sockets: FilePath?) {
        self.readable = readable
        self.writable = writable
        self.sockets = sockets
    }

    /// Files of the system that programs, loaders and GPU drivers read; of `/proc` not the folders of other processes,
    /// which contain their environments.
    private static let systemFiles = [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/home/linuxbrew/.linuxbrew", "/run/opengl-driver",
        "/proc/self", "/proc/cpuinfo", "/proc/devices", "/proc/driver", "/proc/filesystems", "/proc/meminfo", "/proc/modules", "/proc/mounts",
        "/proc/stat", "/proc/sys", "/proc/version", "/sys", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload",
        "/etc/localtime", "/etc/nsswitch.conf",
        "/etc/OpenCL", "/etc/vulkan", "/etc/glvnd", "/etc/nvidia", "/etc/drirc",
    ]
    /// Devices, of which GPUs need write access.
    private static let systemDevices = ["/dev"]

    /// Creates the sandbox of an engine.
    ///
    /// - Parameters:
    ///   - executable: The `llama-server` executable.
    ///   - model: The model files. Of a link, both the link and its target are readable.
    ///   - writable: The folders for its temporary files and caches.
    ///   - sockets: The folder of its socket.
    ///   - environment: Its environment, whose library paths are readable.
    init(executable: FilePath, model: [FilePath], writable: [FilePath], sockets: FilePath, environment: [String: String]) {
        let libraries = ["LD_LIBRARY_PATH", "LD_PRELOAD"].flatMap { environment[$0]?.split(whereSeparator: { ": ".contains($0) }) ?? [] }
        let own = [executable, Self.resolved(executable)].flatMap { program in
            // Not all of the folder above `bin`, which can be the user's home.
            let folder = program.removingLastComponent()
            return [folder] + ["lib", "lib64", "libexec", "share"].map { folder.removingLastComponent().appending($0) }
        }
        readable = Self.systemFiles.map { FilePath($0) } + own + libraries.map { FilePath(String($0)) } + model + model.map(Self.resolved)
        self.writable = writable + Self.systemDevices.map { FilePath($0) }
        self.sockets = sockets
    }

    /// The sandbox as arguments for `roost engine-guard`.
    package var arguments: [String] {
        func options(_ name: String, _ paths: [FilePath]) -> [String] { paths.flatMap { [name, $0.string] } }
        return options("--readable", readable) + options("--writable", writable) + options("--sockets", [sockets].compactMap(\.self))
    }

    private static func resolved(_ path: FilePath) -> FilePath { FilePath(URL(fileURLWithPath: path.string).resolvingSymlinksInPath().path) }
}
