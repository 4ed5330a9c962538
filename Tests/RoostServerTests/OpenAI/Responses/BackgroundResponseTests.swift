import NIOCore
import RoostCore
import Testing

@testable import RoostServer

/// Responses that are made without their client.
@Suite struct BackgroundResponseTests {
    @Test func `a response that is not complete within its time fails`() async throws {
        try await TestInference.run { inference in
            let fields = try RequestFields(body: ByteBuffer(string: #"{"model":"acme/smol","input":"Hi","background":true}"#))
            let asked = try ResponseRequest(fields, canStore: true)
            let (request, run) = (try asked.engineRequest().from(TestInference.context), ResponseRun(asked, owner: "", storage: nil))
            // A load takes longer.
            await run.work(with: inference, request, holding: nil, within: .milliseconds(1))
            #expect(run.response.status == .failed && run.response.error?.message.contains("time") == true, "\(run.response)")
        }
    }
}
