import Access
import HTTPServing
import HTTPTypes
import Hummingbird

/// The routes of the API behind the checks of `FrontDoor`.
struct GuardedRouter: HTTPResponderBuilder {
    let router: Router<RoostContext>
    let allowedHosts: [HostName]
    let allowsAnyAddress: Bool
    /// Returns who sends a request with some headers.
    let identify: @Sendable (HTTPFields) -> Caller
    /// Returns how far the limits of a caller are used.
    let standings: @Sendable (Caller) -> [LimitLedger.Standing]

    func buildResponder() -> FrontDoor<RouterResponder<RoostContext>> {
        FrontDoor(
            allowedHosts: allowedHosts, allowsAnyAddress: allowsAnyAddress, identify: identify, standings: standings, routes: RouteTable(router),
            inner: router.buildResponder())
    }
}
