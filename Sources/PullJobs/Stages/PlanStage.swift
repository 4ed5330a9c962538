import HubClient
import ModelLibrary
import RoostCore

/// Chooses the files of a pull and reserves disk space for them.
struct PlanStage: Sendable {
    let hub: HubClient
    /// The settings of conversions; `nil` if weights are not converted.
    let conversions: ConversionSettings?

    /// Plans a pull.
    ///
    /// - Parameters:
    ///   - pull: The request.
    ///   - repository: The repository at its commit.
    /// - Returns: The plan, and the disk space that is reserved until the claim is released.
    /// - Throws: As `ModelPlanner.plan`; `RoostError` with code `insufficientSpace`.
    func run(_ pull: NewPull, from repository: ResolvedRepository) async throws -> (plan: ModelPlan, claim: SpaceClaim) {
        let plan = try await ModelPlanner(hub: hub, conversions: conversions)
            .plan(pull.model, policy: pull.quantize, patterns: pull.filePatterns, from: repository)
        return (plan, try claimSpace(for: plan))
    }

    private func claimSpace(for plan: ModelPlan) throws -> SpaceClaim {
        if let claim = try hub.claimSpace(for: plan.files, in: plan.revision) { return claim }
        let space = try hub.space(for: plan.files, in: plan.revision)
        let missing = max(1, space.needed - space.available)
        throw RoostError(
            .insufficientSpace,
            "\(plan.reference) needs \(ByteCount(space.needed)) more on the disk of the Hub cache, which has \(ByteCount(space.available)) for it beside other pulls and the \(ByteCount(space.reserve)) that stay free: \(ByteCount(missing)) (\(missing) bytes) are missing. Free some space and pull again; what is here is kept."
        )
    }
}
