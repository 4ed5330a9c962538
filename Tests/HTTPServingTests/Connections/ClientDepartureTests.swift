import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPServing

@Suite struct ClientDepartureTests {
    private final class Count {
        var departures = 0
    }

    @Test(arguments: [false, true]) func `a client that has closed only its sending side is there for some work, for a while`(allowsHalfClose: Bool)
        throws
    {
        let channel = EmbeddedChannel(handler: ConnectionGuard(limits: HTTPLimits(), isAdmitted: true))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let (count, late) = (NIOLoopBound(Count(), eventLoop: channel.eventLoop), NIOLoopBound(Count(), eventLoop: channel.eventLoop))
        func watch(_ count: NIOLoopBound<Count>) {
            channel.triggerUserOutboundEvent(DepartureWatch(allowsHalfClose: allowsHalfClose) { count.value.departures += 1 }, promise: nil)
        }
        watch(count)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        watch(late)
        #expect(count.value.departures == (allowsHalfClose ? 0 : 1) && late.value.departures == count.value.departures)
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(count.value.departures == (allowsHalfClose ? 0 : 1))
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(count.value.departures == 1 && late.value.departures == 1)
        channel.pipeline.fireChannelInactive()
        #expect(count.value.departures == 1 && late.value.departures == 1)
    }
}
