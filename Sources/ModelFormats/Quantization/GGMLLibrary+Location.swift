import Foundation
import RoostCore
public import SystemPackage

extension GGMLLibrary {
    /// Finds `libggml-base` on this machine: where `ROOST_GGML_LIBRARY` says, else beside the engine in use.
    ///
    /// An explicit path that does not work is an error: it is never silently replaced by another library.
    ///
    /// - Parameters:
    ///   - engine: The `llama-server` in use; its own folder and the folder `lib` next to that are searched.
    ///   - environment: `ROOST_GGML_LIBRARY` is read, the library's absolute path.
    /// - Returns: The library's path.
    /// - Throws: `RoostError` with code `engineMissing` that says how to get one.
    public static func locate(besideEngine engine: FilePath?, environment: [String: String]) throws -> FilePath {
        if let explicit = environment["ROOST_GGML_LIBRARY"], !explicit.isEmpty {
            guard FileManager.default.fileExists(atPath: explicit) else {
                throw RoostError(
                    .engineMissing, "ROOST_GGML_LIBRARY is \(explicit.quotedForPeople), and no file is there. \(howToGetOne)")
            }
            return FilePath(explicit)
        }
        guard let engine else { throw RoostError(.engineMissing, "Quantising needs llama.cpp's libggml-base. \(howToGetOne)") }
        let candidates = folders(of: engine).flatMap { folder in fileNames.map { folder.appending($0) } }
        if let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.string) }) { return found }
        throw RoostError(
            .engineMissing, "Quantising needs llama.cpp's libggml-base, and \(engine) has none beside it or in lib next to its folder. \(howToGetOne)"
        )
    }

    static let howToGetOne =
        "Run `make engine` in Roost's folder to build llama.cpp with it, or set ROOST_GGML_LIBRARY to the path of a libggml-base."

    /// The engine may be a link (Homebrew's are): the folder of the link first, then that of the file.
    private static func folders(of engine: FilePath) -> [FilePath] {
        let resolved = FilePath(URL(fileURLWithPath: engine.string).resolvingSymlinksInPath().path)
        return [engine, resolved].flatMap { file -> [FilePath] in
            let folder = file.removingLastComponent()
            return [folder.removingLastComponent().appending("lib"), folder]
        }
    }

    #if canImport(Darwin)
        private static let fileNames = ["libggml-base.dylib", "libggml-base.0.dylib"]
    #else
        private static let fileNames = ["libggml-base.so", "libggml-base.so.0"]
    #endif
}
