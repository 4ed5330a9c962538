import Foundation
package import Logging
package import NIOSSL
package import RoostCore
package import ServiceLifecycle
import Synchronization
package import SystemPackage

/// A certificate and its key from two PEM files, which are read again when they change.
///
/// Connections keep the certificate with which they began. Files that cannot be used are logged, and the last good
/// certificate stays.
package final class TLSCertificates: Service {
    /// The time between two looks at the files.
    private static let lookout: Duration = .seconds(5)

    /// What tells that a file has changed.
    private struct Stamp: Sendable, Hashable {
        /// Also changes with the permissions, which can be what was wrong.
        let changed: Int64
        let size: Int64
    }

    private struct State {
        var context: NIOSSLContext
        /// The stamps of the files that were read last, good or not.
        var stamps: [Stamp?]
    }

    private let certificate: FilePath
    private let key: FilePath
    private let state: Mutex<State>
    private let time: TimeSource
    private let logger: Logger

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - certificate: The certificate, followed by those of its issuers.
    ///   - key: The private key.
    ///   - time: The time.
    ///   - logger: The logger.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    package init(certificate: FilePath, key: FilePath, time: TimeSource = TimeSource(), logger: Logger) throws {
        self.certificate = certificate
        self.key = key
        self.time = time
        self.logger = logger
        // The stamps first: a change after them is found with the next look.
        let stamps = [Self.stamp(certificate), Self.stamp(key)]
        state = Mutex(State(context: try Self.read(certificate, key), stamps: stamps))
    }

    /// What new connections begin with.
    package var context: NIOSSLContext { state.withLock { $0.context } }

    /// Looks at the files every few seconds.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while (try? await time.sleep(Self.lookout)) != nil { await look() }  // Only cancellation throws.
        }
    }

    /// Reads the files again if they have changed.
    package func look() async {
        do {
            let isNew = try await WorkThreads.run { [self] in
                let stamps = [Self.stamp(certificate), Self.stamp(key)]
                // One of them may be written at this moment, so a pair that cannot be used is tried again when it changes.
                guard state.withLock({ $0.stamps != stamps }) else { return false }
                defer { state.withLock { $0.stamps = stamps } }
                let context = try Self.read(certificate, key)
                state.withLock { $0.context = context }
                return true
            }
            if isNew { logger.notice("the TLS certificate was read again") }
        } catch is CancellationError {
            return
        } catch {
            logger.error("the changed TLS certificate cannot be used; the last one still is", metadata: ["error": "\(error)"])
        }
    }

    private static func stamp(_ path: FilePath) -> Stamp? {
        (try? path.stat()).map { Stamp(changed: $0.changedNanoseconds, size: Int64($0.size)) }
    }

    private static func read(_ certificate: FilePath, _ key: FilePath) throws -> NIOSSLContext {
        do {
            let stat = try key.stat()
            guard stat.permissions.isDisjoint(with: .otherReadWriteExecute) else {
                throw RoostError(
                    .invalidConfiguration, "The TLS key \(key) can be read by other users; run `chmod o-rwx` on it, and consider a new key.",
                    field: "tls_key")
            }
            let chain = try NIOSSLCertificate.fromPEMFile(certificate.string)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(try NIOSSLPrivateKey(file: key.string, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch let error as RoostError {
            throw error
        } catch {
            throw RoostError(
                .invalidConfiguration,
                "The TLS certificate \(certificate) with the key \(key) cannot be used: \(error). Both must be PEM files that can be read, and belong together.",
                field: "tls_certificate", cause: error)
        }
    }
}
