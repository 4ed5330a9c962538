import RoostCore
import SystemPackage

/// What a walk through a repository's folder found.
struct RepositoryListing: Sendable {
    /// A file that can be served.
    struct File: Sendable, Hashable {
        /// Its path in the repository.
        let path: RepositoryFilePath
        /// Where it lies, without symbolic links.
        let location: FilePath
        /// How it looked.
        let stamp: FileStamp

        /// Whether the Hub would keep it in LFS and so name it by its sha256. An empty file never is: git-lfs leaves those alone.
        var isLarge: Bool {
            stamp.size > 0
                && (stamp.size >= 10 << 20
                    || Self.largeSuffixes.contains(String(path.fileName.lowercased().split(separator: ".").last ?? "")))
        }

        /// The file types that the Hub's own `.gitattributes` gives to LFS in a new repository, and GGUF.
        private static let largeSuffixes: Set<String> = [
            "7z", "arrow", "bin", "bz2", "ckpt", "ftz", "gguf", "gz", "h5", "joblib", "mlmodel", "model", "msgpack", "npy", "npz", "onnx", "ot",
            "parquet", "pb", "pickle", "pkl", "pt", "pth", "rar", "safetensors", "tar", "tflite", "tgz", "wasm", "xz", "zip", "zst",
        ]
    }

    /// The files, ordered by the bytes of their paths.
    var files: [File] = []
    /// What is there but is not served: unsafe names, links that lead out of the served folder, files that are no files.
    var refused: [String] = []
}
