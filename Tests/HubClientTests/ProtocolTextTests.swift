import Foundation
import NIOHTTP1
import RoostCore
import Testing

@testable import HubClient

@Suite struct ProtocolTextTests {
    @Test(
        arguments: [
            (["<http://h/a?cursor=1>; rel=\"next\""], "http://h/a?cursor=1"),
            (["<http://h/a,b>; rel=prev, <http://h/c>; REL=\"last next\""], "http://h/c"),
            (["<http://h/a>; title=\"x, <http://evil>; rel=next\"; rel=\"prev\""], nil),
            (["<http://h/a>; rel=\"first\"", "<http://h/b>; rel=\"next\""], "http://h/b"),
            (["<http://h/a; rel=next", "rel=next", "<", ">"], nil),
            ([], nil),
        ] as [([String], String?)])
    func nextPageIsFoundInLinkHeaders(values: [String], expected: String?) {
        #expect(LinkHeader.next(in: values) == expected)
    }

    @Test func contentRangesAreReadStrictly() throws {
        let range = try #require(ContentRange("bytes 5-9/10"))
        #expect(range.start == 5 && range.end == 9 && range.total == 10)
        #expect(ContentRange("bytes 5-9/*")?.total == nil)
        #expect(ContentRange("bytes 5-9/*") != nil)
        for text in [
            "bytes 9-5/10", "bytes */10", "bytes 5-9", "bytes -5-9/10", "items 5-9/10", "bytes 5-9/10x", "bytes 5-99999999999999999999/10", "",
        ] {
            #expect(ContentRange(text) == nil, "\(text)")
        }
    }

    @Test(
        arguments: [
            ([("Retry-After", "7")], .seconds(7)),
            ([("Retry-After", "315360000")], .seconds(3600)),
            ([("Retry-After", "99999999999999999999999")], .seconds(3600)),
            ([("Retry-After", "-5")], nil),
            ([("Retry-After", "soon")], nil),
            ([("Retry-After", "Thu, 01 Jan 1970 00:02:00 GMT")], .seconds(20)),
            ([("Retry-After", "Thu, 01 Jan 1970 00:00:01 GMT")], .zero),
            ([("Retry-After", "Thu, 32 Jan 1970 00:00:01 GMT")], nil), ([("Retry-After", "Thu, 01 Foo 1970 00:00:01 GMT")], nil),
            // A fuzzer's find: Foundation's date formatter ended the process here.
            ([("Retry-After", "F\u{670}ri\0\0\0\0\0\0\0\0:a2,\"i\u{1B}a1,\" 0,t=")], nil),
            ([("RateLimit", "\"api\";r=0;t=55"), ("Retry-After", "7")], .seconds(55)),
            ([("RateLimit", "\"api\";r=12;t=55"), ("Retry-After", "7")], .seconds(7)),
            ([("RateLimit", "\"api\"; r=3; t=5, \"pages\"; r=0; t=9")], .seconds(9)),
            ([], nil),
        ] as [([(String, String)], Duration?)])
    func waitingTimesAreReadAndCapped(headers: [(String, String)], expected: Duration?) {
        let headers = HTTPHeaders(headers)
        let now = Date(timeIntervalSince1970: 100)
        #expect(RetryAfter.parse(rateLimit: headers["RateLimit"], retryAfter: headers.first(name: "Retry-After"), now: now) == expected)
    }

    @Test func digestsMatchPublishedOnes() {
        func digest(_ kind: ContentDigest, _ text: String) -> String {
            var hasher = ContentHasher(like: kind, size: Int64(text.utf8.count))
            hasher.update(Array(text.utf8))
            return hasher.digest.description
        }
        #expect(digest(.gitSHA1(""), "") == "git-sha1:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
        #expect(digest(.gitSHA1(""), "hello\n") == "git-sha1:ce013625030ba8dba906f756967f9e9ca394464a")
        #expect(digest(.sha256(""), "abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func redirectTargetsAreResolvedAndChecked() throws {
        let base = try #require(RemoteURL("https://hub.example/a/b?x=1"))
        #expect(RemoteURL("/api/resolve-cache/f?etag=%22e%22", relativeTo: base)?.text == "https://hub.example/api/resolve-cache/f?etag=%22e%22")
        #expect(RemoteURL("//cdn.example/f", relativeTo: base)?.origin.description == "https://cdn.example")
        let signed = "https://cdn.example/x%2Fy?Signature=a~b%2Bc&Key=1"
        #expect(RemoteURL(signed, relativeTo: base)?.text == signed)
        #expect(RemoteURL(signed)?.withoutQuery == "https://cdn.example/x%2Fy")
        for text in ["file:///etc/passwd", "ftp://h/x", "https://u:p@h/x", "javascript:1", "https://hub.example\\@evil/", "/a b"] {
            #expect(RemoteURL(text, relativeTo: base) == nil, "\(text)")
        }
    }
}
