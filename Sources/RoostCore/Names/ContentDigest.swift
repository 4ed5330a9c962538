/// The digest of a file's content on the Hub. The length of the etag determines the kind.
///
/// Large (LFS) files have the SHA-256 of their bytes, all others git's blob hash: the SHA-1 of `blob <length>\0` and
/// the bytes.
public enum ContentDigest: Sendable, Hashable, CustomStringConvertible {
    /// The SHA-256 of the content; 64 lower-case hexadecimal digits.
    case sha256(String)
    /// Git's blob hash; 40 lower-case hexadecimal digits.
    case gitSHA1(String)

    /// Parses a digest in the Hub's format.
    ///
    /// - Parameter hex: 64 or 40 lower-case hexadecimal digits, without quotes.
    public init?(hex: String) {
        guard hex.isLowercaseHex else { return nil }
        switch hex.utf8.count {
        case 64: self = .sha256(hex)
        case 40: self = .gitSHA1(hex)
        default: return nil
        }
    }

    /// The hexadecimal digits: the blob's file name in the Hub cache.
    public var hex: String {
        switch self {
        case .sha256(let hex), .gitSHA1(let hex): hex
        }
    }

    /// `sha256:…` or `git-sha1:…`.
    public var description: String {
        switch self {
        case .sha256(let hex): "sha256:\(hex)"
        case .gitSHA1(let hex): "git-sha1:\(hex)"
        }
    }
}

extension String {
    /// Whether the text is not empty and holds only `0-9a-f`.
    package var isLowercaseHex: Bool {
        !isEmpty
            && utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
