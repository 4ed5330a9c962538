import Foundation
import RoostCore
import SystemPackage
import Testing

@testable import RoostServer

@Suite(.timeLimit(.minutes(10))) struct WebhookServerTests {
    private static let secret = "0123456789abcdef"

    @Test func `a pull that is canceled is told to the URL that it named`() async throws {
        try await WebhookReceiver.run { receiver, port in
            try await RunningServer.run {
                $0.webhookAllowedHosts = ["127.0.0.1:\(port)"]
                $0.webhookSecret = SecretToken(Self.secret)
            } _: { server in
                let url = "http://127.0.0.1:\(port)/hook"
                let accepted = try await server.post("/pull", #"{"model":"org/name","callback_url":"\#(url)"}"#)
                #expect(accepted.status == 202)
                let id = try #require(try accepted.json()["job_id"] as? String)
                #expect(try await server.post("/jobs/\(id)/cancel", "").status == 200)
                let call = try #require(await receiver.next())
                #expect(call.header("X-Roost-Event") == "canceled" && call.header("X-Roost-Delivery") == "\(id)-1")
                #expect(call.header("X-Roost-Signature") == call.expectedSignature(secret: Self.secret))
                #expect((call.json["job"] as? [String: Any])?["stage"] as? String == "canceled")
            }
        }
    }

    @Test(arguments: ["http://169.254.169.254/latest", "http://127.0.0.1:1/hook", "file:///etc/passwd", "http://ci.lan@evil.example/"])
    func `a pull that names any other URL is refused and leaves no job`(url: String) async throws {
        try await RunningServer.run {
            $0.webhookAllowedHosts = ["ci.lan"]
            $0.webhookSecret = SecretToken(Self.secret)
        } _: { server in
            let answer = try await server.post("/pull", #"{"model":"org/name","callback_url":"\#(url)"}"#)
            #expect(answer.status == 400)
            #expect(try answer.json()["field"] as? String == "callback_url")
            #expect(try await server.jobs().isEmpty)
        }
    }
}
