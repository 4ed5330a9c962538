import HTTPServing
import Hummingbird

/// The routes of the API behind the checks of `FrontDoor`.
struct GuardedRouter: HTTPResponderBuilder {
    let router: Router<RoostContext>
    let allowedHosts: [HostName]
    let allowsAnyAddress: Bool

    func buildResponder() -> FrontDoor<RouterResponder<RoostContext>> {
        FrontDoor(
            allowedHosts: allowedHosts, allowsAnyAddress: allowsAnyAddress, routes: RouteTable(router), inner: router.buildResponder())
    }
}
