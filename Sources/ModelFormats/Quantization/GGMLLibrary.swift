import Foundation
import RoostCore
public import SystemPackage

/// The quantization functions of llama.cpp's `libggml-base`, which is loaded at run time.
///
/// The declarations follow `ggml.h` of llama.cpp build 11312; they are part of ggml's public interface. The library
/// stays loaded until the program ends, because it starts OpenMP and sets a terminate handler, which do not support
/// unloading.
public struct GGMLLibrary: Sendable {
    typealias BlockSize = @Sendable @convention(c) (_ type: UInt32) -> Int64
    typealias TypeSize = @Sendable @convention(c) (_ type: UInt32) -> Int
    typealias Version = @Sendable @convention(c) () -> UnsafePointer<CChar>?
    typealias ValidateRowData = @Sendable @convention(c) (_ type: UInt32, _ data: UnsafeRawPointer, _ byteCount: Int) -> Bool
    typealias QuantizeChunk =
        @Sendable @convention(c) (
            _ type: UInt32, _ source: UnsafePointer<Float>, _ destination: UnsafeMutableRawPointer, _ start: Int64, _ rows: Int64,
            _ rowLength: Int64, _ importance: UnsafePointer<Float>?
        ) -> Int

    /// The path of the loaded library.
    public let path: FilePath
    /// ggml's version, such as `0.25.3`.
    public let version: String
    /// Quantizes rows and returns the number of written bytes. Ends the process if the type is unknown or needs an
    /// importance matrix.
    let quantizeChunk: QuantizeChunk
    /// Returns whether encoded rows contain no NaN and no infinity.
    let validateRowData: ValidateRowData

    /// Loads a library.
    ///
    /// - Parameter path: An absolute path, such as the result of `locate`.
    /// - Throws: `RoostError` with code `engineMissing` if it does not load, lacks a function, or has other block sizes
    ///   than Roost's table.
    public init(at path: FilePath) throws {
        // The loader would search the system's folders for a name without a folder.
        guard path.isAbsolute else { throw Self.refusal(path, "the path is not absolute") }
        guard let handle = dlopen(path.string, RTLD_NOW | RTLD_LOCAL) else { throw Self.refusal(path, Self.loaderMessage) }
        let symbols = Symbols(handle: handle, path: path)
        self.path = path
        quantizeChunk = try symbols.function("ggml_quantize_chunk", as: QuantizeChunk.self)
        validateRowData = try symbols.function("ggml_validate_row_data", as: ValidateRowData.self)
        let versionText = try symbols.function("ggml_version", as: Version.self)()
        version = versionText.map { String(cString: $0) } ?? "unknown"
        let blockSize = try symbols.function("ggml_blck_size", as: BlockSize.self)
        let typeSize = try symbols.function("ggml_type_size", as: TypeSize.self)
        for type in GGMLEncoder.types {
            let found = (blockSize(type.rawValue), typeSize(type.rawValue))
            guard found == (Int64(type.blockSize), type.blockByteCount) else {
                throw Self.refusal(
                    path, "its \(type.name) has blocks of \(found.0) elements in \(found.1) bytes, not \(type.blockSize) in \(type.blockByteCount)")
            }
        }
    }

    private static func refusal(_ path: FilePath, _ reason: String) -> RoostError {
        RoostError(.engineMissing, "\(path) cannot be used to quantise: \(reason). \(howToGetOne)")
    }

    private static var loaderMessage: String { dlerror().map { String(cString: $0) } ?? "the system does not say why" }

    /// The functions of a loaded library.
    private struct Symbols {
        let handle: UnsafeMutableRawPointer
        let path: FilePath

        func function<Function>(_ name: String, as type: Function.Type) throws -> Function {
            guard let address = dlsym(handle, name) else { throw GGMLLibrary.refusal(path, "it has no function \(name)") }
            // The function types above match the declarations in the header.
            return unsafeBitCast(address, to: type)
        }
    }
}
