import Foundation
import RoostCore
public import SystemPackage

/// The tensors of a model in one or several safetensors files, without their numbers.
public struct Checkpoint: Sendable {
    /// A file of the checkpoint.
    public struct File: Sendable, Hashable {
        /// The name in the repository.
        public let name: String
        /// The size in bytes.
        public let size: Int64
    }

    /// A tensor and its file.
    public struct Tensor: Sendable, Hashable {
        /// The index of the file in `files`.
        public let file: Int
        /// The tensor.
        public let tensor: SafetensorsTensor
    }

    /// The files in the order of their names' bytes.
    public let files: [File]
    /// The tensors in llama.cpp's order: by file, then by name.
    public let tensors: [Tensor]

    /// Combines the headers of a checkpoint's files.
    ///
    /// - Parameters:
    ///   - headers: The name and header of each file.
    ///   - index: The index, if the repository has one.
    /// - Throws: `RoostError` with code `invalidModelFile` if two files contain the same tensor, or the files differ
    ///   from the index.
    public init(headers: [(name: String, header: SafetensorsHeader)], index: CheckpointIndex? = nil) throws {
        let sorted = headers.sorted { ByteText($0.name) < ByteText($1.name) }
        files = sorted.map { File(name: $0.name, size: $0.header.fileSize) }
        tensors = sorted.enumerated().flatMap { file, entry in entry.header.tensors.map { Tensor(file: file, tensor: $0) } }
        var places: [ByteText: String] = [:]
        for entry in tensors where places.updateValue(files[entry.file].name, forKey: entry.tensor.name) != nil {
            throw Self.problem("has the tensor \(entry.tensor.name.description.quotedForPeople) in two of its files")
        }
        if let index { try Self.check(places, against: index) }
    }

    /// Reads the headers of a checkpoint in a folder.
    ///
    /// - Parameter folder: The folder of the repository's files.
    /// - Throws: `RoostError` with code `unsupportedModel` if the folder has no safetensors files, `invalidModelFile`
    ///   if they are malformed, `fileSystem` if they cannot be read.
    public init(folder: FilePath) throws {
        let choice = try CheckpointFiles(choosingFrom: try FileManager.default.contentsOfDirectory(atPath: folder.string))
        let index: CheckpointIndex? =
            if case .index(let name) = choice {
                try CheckpointIndex(parsing: try SmallFile.contents(of: folder.appending(name), atMost: CheckpointIndex.byteLimit))
            } else { nil }
        let names: [String] = if case .files(let names) = choice { names } else { index?.files ?? [] }
        let headers = try names.map { name in
            let header = try MappedFile.withBytes(of: folder.appending(name)) { bytes in
                try SafetensorsHeader(parsing: bytes, fileSize: Int64(bytes.count), name: name)
            }
            return (name: name, header: header)
        }
        try self.init(headers: headers, index: index)
    }

    private static func check(_ places: [ByteText: String], against index: CheckpointIndex) throws {
        let missing = index.places.filter { places[$0.key] == nil }
        if let tensor = missing.keys.min() {
            let files = Set(missing.values).sorted().prefix(3).map(\.quotedForPeople).joined(separator: ", ")
            throw problem("lacks \(missing.count) tensors that its index lists, such as \(tensor.description.quotedForPeople); look at \(files)")
        }
        if let extra = places.keys.filter({ index.places[$0] == nil }).min() {
            throw problem("has tensors that its index does not list, such as \(extra.description.quotedForPeople)")
        }
    }

    private static func problem(_ text: String) -> RoostError {
        RoostError(
            .invalidModelFile,
            "The model \(text). If the repository's files are like this, pulling again changes nothing: use another revision or repository.")
    }
}

extension Checkpoint {
    /// The type that most of the model's numbers have; writing it loses nothing.
    public var mainType: TensorType {
        let matrix = tensors.first { $0.tensor.shape.count >= 2 && $0.tensor.type.isConvertible }
        return [.bf16: .bf16, .f16: .f16][matrix?.tensor.type ?? .f32] ?? .f32
    }

    /// The number of elements in all tensors. The sum cannot overflow, because all elements are in the files.
    public var parameterCount: Int64 { tensors.reduce(0) { $0 + $1.tensor.shape.reduce(Int64(1)) { $0 * Int64($1) } } }
}
