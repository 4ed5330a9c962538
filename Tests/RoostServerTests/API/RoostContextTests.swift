import RoostCore
import Testing

@testable import RoostServer

@Suite struct RoostContextTests {
    @Test func `what belongs to an address is its own, and shares are those of its network`() {
        var (one, other) = (TestInference.context, TestInference.context)
        one.forwardedAddress = "2001:db8:0:1::1"
        other.forwardedAddress = "2001:db8:0:1::2"
        #expect(one.owner != other.owner && one.client == other.client && !one.client.isEmpty)
        other.forwardedAddress = "2001:db8:0:2::1"
        #expect(one.client != other.client)
        (one.forwardedAddress, other.forwardedAddress) = ("192.0.2.1", "::ffff:192.0.2.1")
        #expect(one.client == other.client && one.client == one.owner)
        other.forwardedAddress = "192.0.2.2"
        #expect(one.client != other.client)
    }
}
