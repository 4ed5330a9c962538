import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ModelLibrary

/// Each `ConversionRun(in:)` here is what a process finds when the one before it was killed.
@Suite struct ConversionRunTests {
    @Test func `a run whose weights turned out right is gone on with`() throws {
        let folder = try TemporaryDirectory()
        var first = try ConversionRun(in: folder.path)
        try first.verified()
        #expect(try ConversionRun(in: folder.path).name == first.name)
        #expect(try ConversionRun(in: folder.path).name == first.name)
    }

    @Test func `a run that was killed before begins anew`() throws {
        let folder = try TemporaryDirectory()
        let names = try (1...3).map { _ in try ConversionRun(in: folder.path).name }
        #expect(Set(names).count == 3 && !names.contains(""))
    }

    @Test func `doubt ends what was right before`() throws {
        let folder = try TemporaryDirectory()
        var run = try ConversionRun(in: folder.path)
        try run.verified()
        let name = run.name
        try run.beginAnew()
        #expect(run.name != name)
        #expect(try ConversionRun(in: folder.path).name != run.name)
    }

    @Test func `a finished run leaves nothing`() throws {
        let folder = try TemporaryDirectory()
        var run = try ConversionRun(in: folder.path)
        try run.verified()
        try run.finish()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path.string) == [])
    }

    @Test(arguments: ["", "{", "{\"run\":\"a\"}", "[]", "\u{0}\u{0}\u{0}"]) func `a note that makes no sense begins anew`(note: String) throws {
        let folder = try TemporaryDirectory()
        try folder.write("run.json", Array(note.utf8))
        let run = try ConversionRun(in: folder.path)
        #expect(!run.name.isEmpty && run.name != "a")
    }
}
