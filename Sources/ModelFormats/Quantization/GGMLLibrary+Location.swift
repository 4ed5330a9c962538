import Foundation
import RoostCore
public import SystemPackage

extension GGMLLibrary {
    /// Finds `libggml-base` on this machine: at `ROOST_GGML_LIBRARY`, otherwise beside the current engine.
    ///
    /// An explicit path that does not work is an error. It is never silently replaced by another library.
    ///
    /// - Parameters:
    ///   - engine: The current `llama-server`; its folder and the folder `lib` next to that are searched.
    ///   - environment: The environment. The variable `ROOST_GGML_LIBRARY`, an absolute path, is read.
    /// - Returns: The library's path.
    /// - Throws: `RoostError` with code `engineMissing` that explains how to get the library.
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

    /// The folders to search. The engine may be a link (as with Homebrew): the folder of the link comes first, then
    /// that of the file.
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
