import Foundation
package import RoostCore
package import SystemPackage

extension MirrorAccess {
    /// The minimum length of a token: a shorter one could be guessed by trying.
    private static let shortestToken = 16

    /// Reads the token from `ROOST_MIRROR_TOKEN`, or from a file that other users may not read.
    ///
    /// - Parameters:
    ///   - environment: The environment variables.
    ///   - file: The file; with one, the variable must not be set.
    /// - Returns: The token; `nil` when neither is set.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    package static func token(environment: [String: String], file: FilePath?) throws -> SecretToken? {
        let variable = environment["ROOST_MIRROR_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        guard let file else { return try variable.map { try parse($0, from: "ROOST_MIRROR_TOKEN") } }
        guard variable == nil else {
            throw RoostError(.invalidConfiguration, "Both ROOST_MIRROR_TOKEN and a token file are given; leave one of them out.", field: "token-file")
        }
        guard let stat = try? file.stat(), stat.type == .regular, stat.size <= 4096, let data = FileManager.default.contents(atPath: file.string)
        else {
            throw RoostError(.invalidConfiguration, "The token file \(file) cannot be read; check its path and permissions.", field: "token-file")
        }
        guard stat.permissions.isDisjoint(with: [.groupReadWriteExecute, .otherReadWriteExecute]) else {
            throw RoostError(
                .invalidConfiguration, "The token file \(file) can be read by other users; run `chmod 600` on it, and consider a new token.",
                field: "token-file")
        }
        return try parse(String(decoding: data, as: UTF8.self), from: "The token file \(file)")
    }

    private static func parse(_ text: String, from name: String) throws -> SecretToken {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let token = SecretToken(text), token.value == text, text.utf8.count >= shortestToken else {
            throw RoostError(
                .invalidConfiguration,
                "\(name) must hold \(shortestToken) or more printable ASCII characters without spaces, such as the output of `openssl rand -hex 32`.",
                field: "token-file")
        }
        return token
    }
}
