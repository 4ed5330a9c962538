import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore
import Testing

@testable import RoostServer

@Suite struct RetryHeaderTests {
    @Test(arguments: ["/v1/chat/completions", "/v1/messages", "/chat"])
    func `clients are told not to repeat what took all its time, or needs a model that was unloaded`(path: String) throws {
        let name = try #require(HTTPField.Name("x-should-retry"))
        let head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: path)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        func header(_ error: RoostError) -> String? { Dialects.response(to: error, request, requestID: nil).headers[name] }
        #expect(header(RoostError(.timedOut, "x")) == "false" && header(RoostError(.conflict, "x")) == "false")
        #expect(header(RoostError(.conflict, "x", retryAfter: .seconds(5))) == nil && header(RoostError(.rateLimited, "x")) == nil)
    }
}
