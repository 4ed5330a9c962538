import Foundation
import Testing

@testable import HubClient

@Suite struct JSONPiecesTests {
    /// A text with everything that could be taken for a border.
    private static let array = #" [ {"a":"],[{}\"\\","b":[1,[2,3],{"c":"\\"}]} , "x,y" ,3.5e2, null,[], {} ] "#

    private func cut(_ text: String, every size: Int) throws -> [Any] {
        var pieces = JSONPieces()
        var elements: [Any] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            guard let json = try pieces.take(bytes[start..<min(start + size, bytes.count)]) else { continue }
            elements += try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [Any])
        }
        try pieces.finish()
        return elements
    }

    @Test func `an object is cut into objects, and one within another is passed on`() throws {
        let inner = #"{"a,}":{"x":"{"},"b" : [1,{"c":2}], "d":null}"#
        let text = #"{"version":1, "files" : "# + inner + #", "more":{"files":{}} }"#
        let whole = try #require(try JSONSerialization.jsonObject(with: Data(inner.utf8)) as? NSDictionary)
        let bytes = Array(text.utf8)
        for size in 1...bytes.count {
            var members = JSONMembers(["version"], passingOn: "files")
            var pieces = JSONPieces(.object)
            var found: [String: Any] = [:]
            for start in stride(from: 0, to: bytes.count, by: size) {
                try members.take(bytes[start..<min(start + size, bytes.count)])
                guard let json = try pieces.take(members.takePassedOn()) else { continue }
                found.merge(try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])) { first, _ in first }
            }
            try pieces.finish()
            #expect(found as NSDictionary == whole, "\(size)")
            #expect(String(decoding: try members.finish(), as: UTF8.self) == #"{"version":1}"#)
        }
    }

    private func members(_ names: [String], of text: String, every size: Int) throws -> [String: Any] {
        var members = JSONMembers(names)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) { try members.take(bytes[start..<min(start + size, bytes.count)]) }
        return try #require(try JSONSerialization.jsonObject(with: Data(members.finish())) as? [String: Any])
    }

    @Test func `wherever an array is cut, its elements are the same`() throws {
        let whole = try #require(try JSONSerialization.jsonObject(with: Data(Self.array.utf8)) as? NSArray)
        for size in 1...Self.array.utf8.count { #expect(try cut(Self.array, every: size) as NSArray == whole, "\(size)") }
        #expect(try cut("[]", every: 1).isEmpty)
    }

    @Test(arguments: ["", " ", "{}", "1", "\"x\"", "[", "[1", "[1,", "[1]]", "[1] 2", "[1}", "]", "x[1]", "[\"", "[{\"a\":1]"])
    func `what is no array is refused`(text: String) {
        for size in [1, 2, 100] { #expect(throws: (any Error).self) { try cut(text, every: size) } }
    }

    @Test func `no element is longer than any list has, and nothing is nested deeper`() {
        let long = "[\"" + String(repeating: "x", count: JSONPieces.largestElement + 5000) + "\"]"
        #expect(throws: JSONNesting.Broken.self) { try cut(long, every: 1000) }
        let deep = String(repeating: "[", count: JSONNesting.deepest + 1)
        #expect(throws: JSONNesting.Broken.self) { try cut(deep, every: 1000) }
    }

    @Test func `the wanted members are kept, and no others, wherever the object is cut`() throws {
        let files = (0..<50).map { "{\"rfilename\":\"\($0), sha\\\":{}\"}" }.joined(separator: ",")
        let text = #" {"sha" : "abc", "siblings":["# + files + #"],"cardData": {"license":"mit","sha":{"x":[1,2]}} ,"id":"sha","gated":false}"#
        for size in [1, 2, 3, 7, 64, 10_000] {
            let kept = try members(["sha", "gated", "cardData", "missing"], of: text, every: size)
            #expect(Set(kept.keys) == ["sha", "gated", "cardData"])
            #expect(kept["sha"] as? String == "abc" && kept["gated"] as? Bool == false)
            #expect((kept["cardData"] as? [String: Any])?["license"] as? String == "mit")
        }
        #expect(try members(["sha"], of: "{}", every: 1).isEmpty)
    }

    @Test func `a member that is too long is left out, and the others stay`() throws {
        let text = "{\"tags\":\"\(String(repeating: "x", count: JSONMembers.largest))\",\"sha\":1}"
        #expect(try Set(members(["sha", "tags"], of: text, every: 5000).keys) == ["sha"])
    }

    @Test(arguments: ["", "[]", "[{}]", "{", "{\"sha\"", "{\"sha\":1", "{}{}", "{} x", "<html>", "{{}}", "{\"a\",\"b\"}"])
    func `what is no object is refused`(text: String) {
        for size in [1, 3, 100] { #expect(throws: (any Error).self) { try members(["sha"], of: text, every: size) } }
    }
}
