import RoostCore
import SystemPackage
import Testing

@testable import RoostServer

@Suite struct WebhookPolicyTests {
    let policy = WebhookPolicy(allowedHosts: ["ci.example.com", "127.0.0.1:9000", "[::1]:9001", "secure.example.com:443"])

    @Test(arguments: [
        "http://ci.example.com/hook", "https://CI.Example.com:8443/hook?x=1", "HTTP://ci.example.com", "http://127.0.0.1:9000/a",
        "http://[::1]:9001/a", "https://secure.example.com/",
    ]) func `a URL of an allowed host is accepted`(url: String) throws { try policy.check(url) }

    @Test(arguments: [
        ("ftp://ci.example.com/", "http:// or https://"), ("file:///etc/passwd", "http:// or https://"), ("", "http:// or https://"),
        ("//ci.example.com/", "http:// or https://"), ("http://evil.example/", "evil.example:80"), ("http://127.0.0.1/", "127.0.0.1:80"),
        ("http://127.0.0.1:9001/", "127.0.0.1:9001"), ("http://169.254.169.254/", "169.254.169.254"), ("http://[::1]:9000/", "[::1]:9000"),
        ("http://secure.example.com/", "secure.example.com:80"), ("http://ci.example.com.evil.example/", "ci.example.com.evil.example"),
        ("http://ci.example.com@evil.example/", "user name"), ("http://user:pass@ci.example.com/", "user name"),
        ("http://ci.example.com#@evil.example/", "fragment"), ("http://ci.example.com\\@evil.example/", "backslashes"),
        ("http://ci.example.com /", "spaces"), ("http://ci.example.com/\r\nX: y", "printable ASCII"), ("http://cí.example.com/", "printable ASCII"),
        ("http://ci%2eexample.com/", "no host name"), ("http:///hook", "no host name"), ("http://ci.example.com:0/", "no host name"),
        ("http://ci.example.com:99999/", "no host name"), ("http://2130706433/", "2130706433"), ("http://ci.example.com./", "ci.example.com."),
        ("http://ci.example.com/" + String(repeating: "x", count: 2048), "2048 bytes"),
    ]) func `anything else is refused with a sentence that names the field`(url: String, says: String) {
        let error = #expect(throws: RoostError.self) { try policy.check(url) }
        #expect(error?.code == .invalidRequest && error?.field == "callback_url")
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "accepted")")
    }

    @Test func `without allowed hosts webhooks are off, and the sentence says how to turn them on`() {
        let error = #expect(throws: RoostError.self) { try WebhookPolicy(allowedHosts: []).check("http://ci.example.com/") }
        #expect(error?.message.contains("ROOST_WEBHOOK_ALLOWED_HOSTS=ci.example.com") == true)
        #expect(error?.message.contains("ROOST_WEBHOOK_SECRET") == true)
    }

    @Test func `hosts without a secret allow no calls`() {
        var settings = ServerSettings(home: "/x")
        settings.webhookAllowedHosts = ["ci.example.com"]
        #expect(throws: RoostError.self) { try WebhookPolicy(settings).check("http://ci.example.com/") }
    }

    @Test func `pauses grow from ten seconds to an hour, and the twelfth failure is the last`() {
        let backoff = WebhookBackoff(jitter: { 0.5 })
        let pauses = (1...12).map { backoff.pause(after: $0) }
        #expect(pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, nil].map { $0.map { .seconds($0) } })
        let jittered = (1...1000).compactMap { WebhookBackoff().pause(after: $0 % 11 + 1) }
        #expect(jittered.allSatisfy { (.seconds(10) ... .seconds(3600)).contains($0) } && Set(jittered).count > 500)
    }
}
