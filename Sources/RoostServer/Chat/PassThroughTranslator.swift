import Foundation
import NIOCore
import RoostCore

/// The stream of `POST /v1/chat/completions`: the engine's own bytes, untouched; a failure becomes one event in OpenAI's shape.
struct PassThroughTranslator: StreamTranslator {
    private var failedStatus: Int?
    private var failedBody = ByteBuffer()

    mutating func translate(_ part: EngineStream.Part) -> ByteBuffer {
        switch part {
        case .head(let head):
            if head.status != 200 { failedStatus = head.status }
            return ByteBuffer()
        case .bytes(let bytes):
            guard failedStatus != nil else { return bytes }
            if failedBody.readableBytes < 65_536 { failedBody.writeImmutableBuffer(bytes) }
            return ByteBuffer()
        }
    }

    mutating func finish() -> ByteBuffer {
        guard let failedStatus else { return ByteBuffer() }
        return fail(EngineAnswer.failure(status: failedStatus, body: Data(failedBody.readableBytesView)))
    }

    mutating func fail(_ failure: RoostError) -> ByteBuffer { ServerSentEvent.buffer(OpenAIProblem(failure)) }
}
