import RoostCore
import SystemPackage

/// The files of a repository's folder at one moment.
struct RepositoryListing: Sendable {
    /// A file that can be served.
    struct File: Sendable, Hashable {
        /// The path within the repository.
        let path: RepositoryFilePath
        /// The path on the disk, without symbolic links.
        let location: FilePath
        /// The stamp at the time of the listing.
        let stamp: FileStamp

        /// Whether the Hub would store the file in LFS, and so use its SHA-256. Empty files never are in LFS, as
        /// git-lfs ignores them.
        var isLarge: Bool {
            stamp.size > 0
                && (stamp.size >= 10 << 20
                    || Self.largeSuffixes.contains(String(path.fileName.lowercased().split(separator: ".").last ?? "")))
        }

        /// The file types that the Hub's default `.gitattributes` stores in LFS, and GGUF.
        private static let largeSuffixes: Set<String> = [
            "7z", "arrow", "bin", "bz2", "ckpt", "ftz", "gguf", "gz", "h5", "joblib", "mlmodel", "model", "msgpack", "npy", "npz", "onnx", "ot",
            "parquet", "pb", "pickle", "pkl", "pt", "pth", "rar", "safetensors", "tar", "tflite", "tgz", "wasm", "xz", "zip", "zst",
        ]
    }

    /// The files, ordered by the bytes of their paths.
    var files: [File] = []
    /// The entries that are not served: unsafe names, links that lead out of the served folder, and entries that are
    /// not regular files.
    var refused: [String] = []
}
