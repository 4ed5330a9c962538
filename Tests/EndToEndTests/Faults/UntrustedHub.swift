import Foundation
import Synchronization
import SystemPackage
import TestSupport

/// A TLS server, OpenSSL's, with a certificate that proves nothing.
final class UntrustedHub: Sendable {
    let endpoint: String
    private let process: Mutex<Process>
    private let directory = Result { try TemporaryDirectory() }

    /// The variants: an expired certificate, one of another host, one of an unknown issuer.
    init(variant: Int) async throws {
        let folder = try directory.get().path
        let (key, request, certificate) = (folder.appending("key").string, folder.appending("request").string, folder.appending("certificate").string)
        let openssl = try Self.openssl()
        let name = ["/CN=127.0.0.1", "/CN=elsewhere.example", "/CN=127.0.0.1"][variant % 3]
        let days = ["-1", "30", "30"][variant % 3]
        _ = try await Command.outputAside([openssl, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", name])
        _ = try await Command.outputAside([openssl, "x509", "-req", "-in", request, "-signkey", key, "-days", days, "-out", certificate])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: openssl)
        process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"]
        let output = folder.appending("output")
        FileManager.default.createFile(atPath: output.string, contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output.string))
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = Mutex(process)
        // "ACCEPT 127.0.0.1:38921", once it listens.
        endpoint = try await eventually("a TLS server that listens") {
            let said = String(decoding: FileManager.default.contents(atPath: output.string) ?? Data(), as: UTF8.self)
            let line = said.split(separator: "\n").dropLast(said.hasSuffix("\n") ? 0 : 1).first { $0.hasPrefix("ACCEPT") }
            return line?.split(separator: ":").last.map { "https://127.0.0.1:\($0)" }
        }
    }

    /// Ends the server. Not with SIGTERM, which a child ignores if this process ignored it when the child began, as it does while a service runs.
    func stop() { process.withLock { _ = kill($0.processIdentifier, SIGKILL) } }

    private static func openssl() throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/openssl") { return "\(folder)/openssl" }
        throw Command.Failed(description: "There is no openssl on PATH; scripts/system-packages installs it.")
    }
}
