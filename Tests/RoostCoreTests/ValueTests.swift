import Foundation
import RoostAPI
import RoostCore
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (98_362_432, "98.4 MB"), (1_073_741_824, "1.07 GB"), (999_999, "1.0 MB"),
        (123_456_789_012, "123 GB"), (Int64.max, "9223 PB"),
    ]) func `bytes are written for people`(bytes: Int64, text: String) { #expect(ByteCount(bytes).description == text) }

    @Test func `a timestamp is 24 characters in UTC and sorts as time does`() {
        let whole = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))
        let later = Timestamp(Date(timeIntervalSince1970: 1_800_000_000.5))
        #expect(whole.rawValue == "2027-01-15T08:00:00.000Z")
        #expect(later.rawValue == "2027-01-15T08:00:00.500Z")
        #expect(whole.rawValue < later.rawValue)
    }

    @Test(arguments: ["2027-01-15T08:00:00Z", "2027-01-15T08:00:00.000Z"]) func `timestamps of other programs are read`(text: String) {
        #expect(Timestamp(rawValue: text).date == Date(timeIntervalSince1970: 1_800_000_000))
    }

    @Test func `a token never shows itself`() throws {
        let token = try #require(SecretToken(" hf_abcdef\n"))
        #expect(token.value == "hf_abcdef")
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), "\([token])", "\(Optional(token) as Any)", dumped] { #expect(!text.contains("abcdef")) }
        #expect(SecretToken("  ") == nil)
        #expect(SecretToken("hf_ä") == nil)
    }

    @Test(arguments: [
        (String(repeating: "a", count: 64), "sha256:" + String(repeating: "a", count: 64)),
        (String(repeating: "0", count: 40), "git-sha1:" + String(repeating: "0", count: 40)), (String(repeating: "A", count: 40), nil),
        ("abc", nil), ("../" + String(repeating: "a", count: 61), nil),
    ]) func `a digest is told by its length`(hex: String, text: String?) { #expect(ContentDigest(hex: hex)?.description == text) }

    @Test func `a traceback tells the whole chain with context and source lines`() {
        let inner = RoostError(.network, "The line is dead.", context: ["request": "GET http://hub/x"])
        let outer = RoostError(.hubFailure, "The Hub failed.", cause: inner).adding("stage", "resolving").adding("attempts", "3")
        let lines = outer.traceback.split(separator: "\n").map(String.init)
        #expect(lines[0] == "[hub_failure] The Hub failed.")
        #expect(lines[1...2] == ["  stage: resolving", "  attempts: 3"])
        #expect(lines[3].contains("RoostCoreTests/ValueTests.swift:"))
        #expect(lines[4] == "  caused by: [network] The line is dead.")
        #expect(lines[5] == "    request: GET http://hub/x")
        #expect("\(outer)" == "The Hub failed.")
    }

    @Test func `a job reads back from its own JSON`() throws {
        var job = Job(id: "1", model: "a/b", quantize: "auto", initialize: true, createdAt: Timestamp(rawValue: "2027-01-15T08:00:00.000Z"))
        job.progress = 0.5
        job.stage = .downloading
        job.tags = ["a", "b"]
        let view = JobView(
            job: job, bytesPerSecond: 12.5, etaSeconds: 4, currentFiles: [FileProgress(path: "x", size: 9, downloadedBytes: 4)],
            conversionProgress: 0.25)
        let data = try JSONEncoder().encode(view)
        #expect(try JSONDecoder().decode(JobView.self, from: data) == view)
        let keys = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any]).keys
        #expect(
            Set(keys) == Set(Job.CodingKeys.allCases.map(\.rawValue) + ["bytes_per_second", "eta_seconds", "current_files", "conversion_progress"]))
    }
}
