import Foundation
import RoostCore
public import SystemPackage

/// The output of `roost models inspect` for weights in safetensors files.
public struct CheckpointInspection: Sendable, Encodable {
    /// The total size of all files in bytes.
    public let fileSize: Int64
    /// The names of the files.
    public let files: [String]
    /// The model's class, such as `LlamaForCausalLM`; `nil` without a `config.json` that contains one.
    public let architecture: String?
    /// Whether Roost can convert it to a GGUF file; `nil` if this is unknown, as for a single file.
    public let isConvertible: Bool?
    /// The reason why it cannot be converted.
    public let obstacle: String?
    /// The number of weights.
    public let parameterCount: Int64
    /// The types by their share of the bytes, the largest first.
    public let types: [ModelInspection.TypeShare]
    /// All tensors, with PyTorch's shapes: the slowest dimension first.
    public let tensors: [ModelInspection.Tensor]

    /// Inspects a file, using only its header.
    ///
    /// - Parameter path: The file.
    /// - Throws: `RoostError` with code `invalidModelFile` or `fileSystem`.
    public init(file path: FilePath) throws {
        let name = path.lastComponent?.string ?? path.string
        let header = try MappedFile.withBytes(of: path) { try SafetensorsHeader(parsing: $0, fileSize: Int64($0.count), name: name) }
        self.init(try Checkpoint(headers: [(name: name, header: header)]), architecture: nil, obstacle: nil, isConvertible: nil)
    }

    /// Inspects a repository's files.
    ///
    /// - Parameter path: The folder.
    /// - Throws: `RoostError` with code `unsupportedModel` if it has no safetensors files, `invalidModelFile` or
    ///   `fileSystem`.
    public init(folder path: FilePath) throws {
        let checkpoint = try Checkpoint(folder: path)
        var architecture: String?
        do {
            let config = try ModelConfig(parsing: try RepositoryFolder(path).contents("config.json"))
            architecture = config.className
            _ = try ConversionSource(folder: path, repository: architecture ?? "", checkpoint: checkpoint)
            self.init(checkpoint, architecture: architecture, obstacle: nil, isConvertible: true)
        } catch let error as RoostError {
            self.init(checkpoint, architecture: architecture, obstacle: error.message, isConvertible: false)
        }
    }

    private init(_ checkpoint: Checkpoint, architecture: String?, obstacle: String?, isConvertible: Bool?) {
        fileSize = checkpoint.files.reduce(0) { $0 + $1.size }
        files = checkpoint.files.map(\.name)
        self.architecture = architecture
        self.obstacle = obstacle
        self.isConvertible = isConvertible
        parameterCount = checkpoint.parameterCount
        tensors = checkpoint.tensors.map { entry in
            ModelInspection.Tensor(
                name: entry.tensor.name.description, type: entry.tensor.type.rawValue, shape: entry.tensor.shape,
                bytes: entry.tensor.range.upperBound - entry.tensor.range.lowerBound)
        }
        types = ModelInspection.TypeShare.shares(of: tensors)
    }

    private enum CodingKeys: String, CodingKey {
        case files, architecture, obstacle, types, tensors
        case fileSize = "file_size"
        case isConvertible = "convertible"
        case parameterCount = "parameter_count"
    }
}
