import Foundation
import ModelFormats
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct GGMLLibraryTests {
    #if os(macOS)
        static let fileName = "libggml-base.dylib"
    #else
        static let fileName = "libggml-base.so"
    #endif

    @Test func `the library of the engine in use is found and loads`() throws {
        let library = try GGMLLibrary.ofTestEngine()
        #expect(library.path.lastComponent?.string == Self.fileName)
        #expect(library.version.split(separator: ".").count >= 3)
    }

    @Test func `it is looked for in lib next to the engine's folder, then beside the engine, then where the engine's link leads`() throws {
        let (home, linked) = (try TemporaryDirectory(), try TemporaryDirectory())
        let engine = try home.write("bin/llama-server", [])
        let link = linked.path.appending("llama-server")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: engine.string)
        let error = try #require(throws: RoostError.self) { try GGMLLibrary.locate(besideEngine: link, environment: [:]) }
        #expect(error.code == .engineMissing && error.message.contains("make engine"))
        for place in ["bin/\(Self.fileName)", "lib/\(Self.fileName)"] {
            let library = try home.write(place, [])
            #expect(try GGMLLibrary.locate(besideEngine: engine, environment: [:]) == library)
            #expect(try GGMLLibrary.locate(besideEngine: link, environment: [:]).string.hasSuffix(place))
        }
    }

    @Test func `an explicit path wins, and is never replaced`() throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write("some.so", [])
        let engine = try TestEnvironment.llamaServer
        #expect(try GGMLLibrary.locate(besideEngine: engine, environment: ["ROOST_GGML_LIBRARY": file.string]) == file)
        let error = try #require(throws: RoostError.self) {
            try GGMLLibrary.locate(besideEngine: engine, environment: ["ROOST_GGML_LIBRARY": "\(file)x"])
        }
        #expect(error.code == .engineMissing && error.message.contains("ROOST_GGML_LIBRARY"))
    }

    @Test func `without an engine the error says what to do`() throws {
        let error = try #require(throws: RoostError.self) { try GGMLLibrary.locate(besideEngine: nil, environment: [:]) }
        #expect(error.message.contains("make engine"))
    }

    @Test func `what is no library, or another one, is refused`() throws {
        let folder = try TemporaryDirectory()
        let text = try folder.write("text.so", Array("no library".utf8))
        for path in [text, FilePath("libggml-base.so"), folder.path.appending("missing.so"), try systemLibrary()] {
            let error = try #require(throws: RoostError.self) { try GGMLLibrary(at: path) }
            #expect(error.code == .engineMissing && error.message.hasPrefix("\(path) cannot be used to quantise: "))
        }
    }

    /// A library that every process has loaded.
    private func systemLibrary() throws -> FilePath {
        #if os(macOS)
            return "/usr/lib/libSystem.B.dylib"
        #else
            // To its end: the file says that it is empty, and one read gives a part of it.
            let maps = try #require(try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps")).readToEnd())
            let words = String(decoding: maps, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            return FilePath(String(try #require(words.first { $0.hasPrefix("/") && $0.contains("/libc.") })))
        #endif
    }
}
