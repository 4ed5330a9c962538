import Hashing
package import RoostCore

/// Computes a file's digest incrementally.
package struct ContentHasher {
    private enum State {
        case sha256(SHA256)
        case gitSHA1(SHA1)
    }

    private var state: State

    /// Starts a hash.
    ///
    /// - Parameters:
    ///   - expected: A digest of the kind to compute.
    ///   - size: The length of the whole content in bytes; git's hash begins with it.
    package init(like expected: ContentDigest, size: Int64) {
        switch expected {
        case .sha256:
            state = .sha256(SHA256())
        case .gitSHA1:
            state = .gitSHA1(SHA1())
            update(Array("blob \(size)\0".utf8))
        }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch state {
        case .sha256(var hash):
            hash.update(bufferPointer: bytes)
            state = .sha256(hash)
        case .gitSHA1(var hash):
            hash.update(bufferPointer: bytes)
            state = .gitSHA1(hash)
        }
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of the bytes so far.
    package var digest: ContentDigest {
        switch state {
        case .sha256(let hash): .sha256(hash.finalize().hexadecimal)
        case .gitSHA1(let hash): .gitSHA1(hash.finalize().hexadecimal)
        }
    }
}
