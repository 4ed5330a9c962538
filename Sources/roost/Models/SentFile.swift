import Foundation
import Hashing
import RoostCore

/// A GGUF file that is sent to a server.
struct SentFile {
    /// The number of its bytes.
    let size: Int
    /// Its SHA-256 in hexadecimal digits.
    let sha256: String

    /// Reads a file once.
    ///
    /// - Parameter path: The path.
    /// - Throws: `RoostError` with code `invalidRequest` when it cannot be read, or is no GGUF file.
    init(path: String) throws {
        guard let file = FileHandle(forReadingAtPath: path), var block = try? file.read(upToCount: 1 << 20) else {
            throw RoostError(
                .invalidRequest, "The file \(path.quotedForPeople) of FROM cannot be read; check its path and permissions.", field: "from")
        }
        guard block.starts(with: Data("GGUF".utf8)) else {
            throw RoostError(
                .invalidRequest,
                "The file \(path.quotedForPeople) of FROM is no GGUF file; `roost models convert` makes one of a model's other files.",
                field: "from")
        }
        var (hash, size) = (Hashing.SHA256(), 0)
        while !block.isEmpty {
            block.withUnsafeBytes { hash.update(bufferPointer: $0) }
            size += block.count
            block = try file.read(upToCount: 1 << 20) ?? Data()
        }
        self.size = size
        sha256 = hash.finalize().hexadecimal
    }
}
